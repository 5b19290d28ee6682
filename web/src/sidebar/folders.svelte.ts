import { del, get, post } from '../api/client'
import type { ChatSummary, Folder } from '../api/types'
import { session } from '../auth/session.svelte'
import { isTold } from '../offline/told'
import { reason } from '../ui/words'

let list = $state.raw<Folder[]>([])
let inside = $state.raw<Readonly<Record<string, ChatSummary[]>>>({})
let failure = $state<string | null>(null)

/** Folders and, of those that are open, the chats in them. */
export const folders = {
  get list(): Folder[] {
    return list
  },
  get failure(): string | null {
    return failure
  },
  /** Undefined while they are not read. */
  chats: (id: string): ChatSummary[] | undefined => inside[id],
  children: (parent: string | null): Folder[] =>
    list.filter((folder) => (folder.parent_id ?? null) === parent).sort((a, b) => a.name.localeCompare(b.name)),

  /** Shows what this browser saw last, until the server has answered. */
  recall(): void {
    const stored = localStorage.getItem(cacheKey())
    if (!stored || list.length) return
    try {
      ;({ list, inside } = JSON.parse(stored) as { list: Folder[]; inside: Record<string, ChatSummary[]> })
    } catch {
      localStorage.removeItem(cacheKey())
    }
  },

  async refresh(): Promise<void> {
    await attempt(async () => {
      list = await get('/api/v1/folders/')
      await Promise.all(list.filter((folder) => folder.is_expanded).map((folder) => read(folder.id)))
      localStorage.setItem(cacheKey(), JSON.stringify({ list, inside }))
    })
  },

  /** Opens or closes a folder. */
  async toggle(folder: Folder): Promise<void> {
    const is_expanded = !folder.is_expanded
    list = list.map((one) => (one.id === folder.id ? { ...one, is_expanded } : one))
    await attempt(async () => {
      const kept = post('/api/v1/folders/{id}/update/expanded', { path: { id: folder.id }, body: { is_expanded } })
      if (is_expanded) await read(folder.id)
      await kept
    })
  },

  /** Makes a folder; answers its id, or undefined when it was refused. */
  async create(name: string): Promise<string | undefined> {
    let id: string | undefined
    await attempt(async () => {
      id = (await post('/api/v1/folders/', { body: { name } })).id
      await folders.refresh()
    })
    return id
  },

  rename: (id: string, name: string): Promise<void> =>
    attempt(async () => {
      await post('/api/v1/folders/{id}/update', { path: { id }, body: { name } })
      await folders.refresh()
    }),

  /** Removes a folder; its chats stay. */
  remove: (id: string): Promise<void> =>
    attempt(async () => {
      await del('/api/v1/folders/{id}', { path: { id }, query: { delete_contents: false } })
      await folders.refresh()
    }),
}

const cacheKey = (): string => `folders:${session.user?.id ?? ''}`

async function attempt(action: () => Promise<void>): Promise<void> {
  try {
    await action()
    failure = null
  } catch (error) {
    failure = isTold(error) ? null : reason(error)
  }
}

async function read(id: string): Promise<void> {
  const chats = await get('/api/v1/chats/folder/{folder_id}/list', { path: { folder_id: id }, query: { page: 1 } })
  inside = { ...inside, [id]: chats }
}
