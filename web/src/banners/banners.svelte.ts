import { get } from '../api/client'
import type { Banner } from '../api/types'
import { session } from '../auth/session.svelte'

/** What a notice is about; others are shown as the first. */
export const KINDS = ['info', 'success', 'warning', 'error'] as const
export type Kind = (typeof KINDS)[number]

let list = $state.raw<Banner[]>([])
let gone = $state.raw<readonly string[]>([])

/** Notices of the administrators, without those that were put away in this browser. */
export const banners = {
  get shown(): Banner[] {
    return list.filter((banner) => banner.content.trim() && !(banner.dismissible && gone.includes(banner.id)))
  },

  async refresh(): Promise<void> {
    gone = stored()
    // Nobody misses a notice so much that a failure to read them should be one.
    list = await get('/api/v1/configs/banners').catch(() => list)
  },

  dismiss(id: string): void {
    // Those that are not there any more need not be remembered.
    gone = [...gone.filter((other) => list.some((banner) => banner.id === other)), id]
    localStorage.setItem(key(), JSON.stringify(gone))
  },
}

export const kindOf = (banner: Banner): Kind => KINDS.find((kind) => kind === banner.type) ?? 'info'

const key = (): string => `banners:${session.user?.id ?? ''}`

function stored(): string[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key()) ?? '[]')
    return Array.isArray(value) ? value.filter((id) => typeof id === 'string') : []
  } catch {
    return []
  }
}
