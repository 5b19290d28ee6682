import { get } from '../api/client'
import type { ChatSummary, SharedFolder } from '../api/types'
import { session } from '../auth/session.svelte'
import { reason } from '../ui/words'

let list = $state.raw<SharedFolder[]>([])
let inside = $state.raw<Readonly<Record<string, ChatSummary[]>>>({})
let open = $state.raw<ReadonlySet<string>>(new Set())
let failure = $state<string | null>(null)

const cacheKey = (): string => `shared-folders:${session.user?.id ?? ''}`

/** Folders of others that this person may read, and the chats in those that are open. */
export const sharedFolders = {
  get list(): SharedFolder[] {
    return list
  },
  /** Why chats could not be read. */
  get failure(): string | null {
    return failure
  },
  isOpen: (id: string): boolean => open.has(id),
  /** Undefined while they are not read. */
  chats: (id: string): ChatSummary[] | undefined => inside[id],
  /** Whether a chat is known to be in one of them. */
  holds: (chat: string): boolean => Object.values(inside).some((chats) => chats.some((one) => one.id === chat)),

  /** Shows what this browser saw last, until the server has answered. */
  recall(): void {
    const stored = localStorage.getItem(cacheKey())
    if (!stored || list.length) return
    try {
      list = JSON.parse(stored) as SharedFolder[]
    } catch {
      localStorage.removeItem(cacheKey())
    }
  },

  /** Reads them again; while the server is away those stay that were here. */
  async refresh(): Promise<void> {
    const asker = session.user?.id
    const found = await get('/api/v1/folders/shared').catch(() => null)
    // Who signed out meanwhile leaves nothing behind.
    if (!found || session.user?.id !== asker) return
    list = [...found].sort((one, other) => one.name.localeCompare(other.name))
    if (list.length) localStorage.setItem(cacheKey(), JSON.stringify(list))
    else localStorage.removeItem(cacheKey())
    await Promise.all(list.filter(({ id }) => open.has(id)).map(({ id }) => read(id)))
  },

  async toggle(id: string): Promise<void> {
    const next = new Set(open)
    if (!next.delete(id)) next.add(id)
    open = next
    if (next.has(id)) await read(id)
  },
}

async function read(id: string): Promise<void> {
  try {
    const { chats } = await get('/api/v1/folders/{id}/shared/chats', { path: { id }, query: { page: 1 } })
    inside = { ...inside, [id]: chats }
    failure = null
  } catch (error) {
    failure = reason(error)
  }
}
