import { get } from '../api/client'
import type { Model } from '../api/types'
import { may } from '../auth/permissions'
import { session } from '../auth/session.svelte'
import { own } from '../settings/own.svelte'
import type { Meta } from './stored'

let list = $state.raw<Model[]>([])
let loaded = $state(false)
let failure = $state<string | null>(null)
let chosen = $state<string[]>(stored())

function stored(): string[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem('models') ?? '[]')
    return Array.isArray(value) ? value.filter((id) => typeof id === 'string') : []
  } catch {
    return []
  }
}

const listed = (ids: string | null | undefined): string[] => (ids ?? '').split(',').flatMap((id) => id.trim() || [])

/** Models that this person may use, and those picked for the next message. */
export const models = {
  get list(): Model[] {
    return list
  },
  /** Those to choose from; a hidden one is used only by who has it chosen. */
  get offered(): Model[] {
    return list.filter((model) => !model.info?.meta?.hidden || chosen.includes(model.id))
  },
  get loaded(): boolean {
    return loaded
  },
  get failure(): string | null {
    return failure
  },
  get chosen(): string[] {
    const there = (ids: string[]): string[] => ids.filter((id) => list.some((model) => model.id === id))
    const wishes = [chosen, own.ui.models ?? [], listed(session.config?.default_models)]
    const found = wishes.map(there).find((ids) => ids.length) ?? this.offered.slice(0, 1).map((model) => model.id)
    return may('chat.multiple_models') ? found : found.slice(0, 1)
  },
  /** What is said of the picked ones. */
  get about(): Meta[] {
    return this.chosen.flatMap((id) => list.find((model) => model.id === id)?.info?.meta ?? [])
  },
  /** Those that administrators put first. */
  get pinned(): string[] {
    return listed(session.config?.default_pinned_models)
  },
  name: (id: string): string => list.find((model) => model.id === id)?.name ?? id,

  /** `anew`: the servers are asked for what they have now. */
  async refresh(anew = false): Promise<void> {
    try {
      list = (await get('/api/models', anew ? { query: { refresh: true } } : {})).data
      failure = null
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error)
    }
    loaded = true
  },

  choose(ids: string[]): void {
    chosen = ids
    localStorage.setItem('models', JSON.stringify(ids))
  },
}
