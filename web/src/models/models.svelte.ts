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
let once = $state<string | null>(null)

function stored(): string[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem('models') ?? '[]')
    return Array.isArray(value) ? value.filter((id) => typeof id === 'string') : []
  } catch {
    return []
  }
}

const listed = (ids: string | null | undefined): string[] => (ids ?? '').split(',').flatMap((id) => id.trim() || [])

/** Models that this person may use, those picked for messages, and the one that only the next message goes to. */
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
  /** The one that the next question goes to, whatever is chosen. */
  get once(): string | null {
    return list.find((model) => model.id === once)?.id ?? null
  },
  /** Those that the next question goes to. */
  get asked(): string[] {
    return this.once === null ? this.chosen : [this.once]
  },
  /** What is said of those. */
  get about(): Meta[] {
    return this.asked.flatMap((id) => list.find((model) => model.id === id)?.info?.meta ?? [])
  },
  /** Those that stand first: the person's own, or as long as there are none those of administrators. */
  get favourites(): string[] {
    return own.ui.pinnedModels ?? listed(session.config?.default_pinned_models)
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
  /** Null: the next question goes to the chosen ones. */
  askOnce(id: string | null): void {
    once = id
  },
  /** Makes a model a favourite, or one no more, at once; rejects when that was not stored. */
  favour(id: string): Promise<void> {
    const before = this.favourites
    const pinnedModels = before.includes(id) ? before.filter((other) => other !== id) : [...before, id]
    return own.change({ pinnedModels })
  },
}
