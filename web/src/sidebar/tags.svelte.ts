import { del, get, post } from '../api/client'
import type { ChatSummary, Tag } from '../api/types'
import { onConnect, onEvent } from '../realtime/socket.svelte'
import { reason } from '../ui/words'
import { append } from './merge'

/** Chats on one page of the server's search. */
const PAGE = 60
let list = $state.raw<Tag[]>([])
let chosen = $state.raw<Tag | null>(null)
let found = $state.raw<ChatSummary[] | null>(null)
let more = $state(false)
let failure = $state<string | null>(null)
let pages = 1
let asked = 0

/** The tags of this person's chats, and the chats that carry the one that was picked. */
export const tags = {
  get list(): Tag[] {
    return list
  },
  /** The tag whose chats the sidebar shows. */
  get chosen(): Tag | null {
    return chosen
  },
  /** The chats that carry it, wherever they are; null while they are not read. */
  get chats(): ChatSummary[] | null {
    return found
  },
  /** Older ones are there to be read. */
  get more(): boolean {
    return more
  },
  get failure(): string | null {
    return failure
  },

  /** Shows the chats of one tag; null shows all chats again. */
  choose(tag: Tag | null): void {
    chosen = tag
    ;[found, more, failure, pages] = [null, false, null, 1]
  },

  async refresh(): Promise<void> {
    try {
      const all = await get('/api/v1/chats/all/tags')
      list = all.sort((one, other) => one.name.localeCompare(other.name))
    } catch {
      // Those that are known stay; the next connection asks again.
    }
  },

  /** Reads the chats of the picked tag, as many pages as are shown. */
  async read(count = pages): Promise<void> {
    const tag = chosen
    if (!tag) return
    const mine = ++asked
    try {
      const parts = await Promise.all(Array.from({ length: count }, (_, at) => page(tag, at + 1)))
      if (mine !== asked || tag !== chosen) return
      found = parts.reduce(append, [])
      more = (parts.at(-1)?.length ?? 0) >= PAGE
      ;[pages, failure] = [count, null]
    } catch (error) {
      if (mine === asked) failure = reason(error)
    }
  },
  next: (): Promise<void> => tags.read(pages + 1),

  /** Shows a change of a chat before the server has answered. */
  patch(id: string, fields: Partial<ChatSummary>): void {
    found = found?.map((chat) => (chat.id === id ? { ...chat, ...fields } : chat)) ?? null
  },

  /** Those of one chat. */
  of: (id: string): Promise<Tag[]> => get('/api/v1/chats/{id}/tags', { path: { id } }),
  add: (id: string, name: string): Promise<Tag[]> => post('/api/v1/chats/{id}/tags', { path: { id }, body: { name } }),
  drop: (id: string, name: string): Promise<Tag[]> => del('/api/v1/chats/{id}/tags', { path: { id }, body: { name } }),
}

const page = (tag: Tag, number: number): Promise<ChatSummary[]> =>
  get('/api/v1/chats/search', { query: { text: `tag:${tag.id}`, page: number } })

onConnect(() => void tags.refresh())
onEvent((event) => {
  if (event.data.type === 'chat:tags') void tags.refresh()
})
