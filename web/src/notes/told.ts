import { plain, type Grant } from '../workspace/grants'

/** What the server says of a note. Times are nanoseconds, which numbers of a browser hold to a quarter of a microsecond. */
export interface Told {
  id: string
  user_id?: string
  title: string
  data?: { content?: { md?: unknown; html?: unknown } | null } | null
  is_pinned?: boolean | null
  access_grants?: { principal_type: string; principal_id: string; permission: string }[]
  write_access?: boolean
  updated_at: number
  user?: { id: string; name: string } | null
}

/** What two people may change at the same time, and which state of the note it is. */
export interface State {
  title: string
  text: string
  revision: number
}

/** A note that is open. */
export interface Note extends State {
  id: string
  owner: string
  pinned: boolean
  mayWrite: boolean
  grants: Grant[]
}

/** A note in a list. */
export interface Line {
  id: string
  title: string
  text: string
  pinned: boolean
  owner: { id: string; name: string } | null
  /** Milliseconds. */
  changed: number
}

/** Other clients may have kept a page without its Markdown. */
function textOf(told: Told): string {
  const { md, html } = told.data?.content ?? {}
  if (typeof md === 'string') return md
  return typeof html === 'string' ? (new DOMParser().parseFromString(html, 'text/html').body.textContent ?? '') : ''
}
export const revisionOf = (told: Told): number => Math.round(told.updated_at / 1000)

export const line = (told: Told): Line => ({
  id: told.id,
  title: told.title,
  text: textOf(told),
  pinned: told.is_pinned === true,
  owner: told.user ?? null,
  changed: told.updated_at / 1e6,
})

export const note = (told: Told): Note => ({
  id: told.id,
  owner: told.user_id ?? '',
  title: told.title,
  text: textOf(told),
  revision: revisionOf(told),
  pinned: told.is_pinned === true,
  mayWrite: told.write_access === true,
  grants: plain(told.access_grants ?? []),
})

/** What somebody else saved; without a text that stayed as it was. */
export function heard(payload: unknown): (Omit<State, 'text'> & { id: string; text?: string }) | null {
  const told = payload as Told | null
  if (typeof told?.id !== 'string' || typeof told.updated_at !== 'number' || typeof told.title !== 'string') return null
  const about = { id: told.id, title: told.title, revision: revisionOf(told) }
  return told.data?.content ? { ...about, text: textOf(told) } : about
}
