import { del, get, post } from '../api/client'
import type { ChatSummary, Folder } from '../api/types'
import { session } from '../auth/session.svelte'
import { isTold } from '../offline/told'
import { reason } from '../ui/words'
import { mayUseFolders } from './allowed'

let list = $state.raw<Folder[]>([])
let inside = $state.raw<Readonly<Record<string, ChatSummary[]>>>({})
let failure = $state<string | null>(null)
/** Where the next new chat goes. */
let next: string | null = null
/** How often all folders were asked for, and which answer is shown. */
let asked = 0
let shown = 0
/** Folders that were opened or closed here; what was asked for up to `until` may not know it yet. */
const turned = new Map<string, { is_expanded: boolean; until: number }>()

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

  find: (id: string): Folder | undefined => list.find((folder) => folder.id === id),
  /** The chats of all folders that were opened. */
  all: (): ChatSummary[] => Object.values(inside).flat(),
  /** The folder that a chat is in; null when it is in none that was opened. */
  of: (chat: string): string | null => Object.keys(inside).find((id) => inside[id]?.some((one) => one.id === chat)) ?? null,
  /** Whether a folder is another one, or lies in it. */
  isInside(id: string | null, other: string): boolean {
    const seen = new Set<string>()
    for (let at = id; at && !seen.has(at); at = folders.find(at)?.parent_id ?? null) {
      if (at === other) return true
      seen.add(at)
    }
    return false
  },
  /** All folders as they are drawn, with how deep each lies; `without` one and what is in it. */
  tree(without?: string, parent: string | null = null, depth = 0): { folder: Folder; depth: number }[] {
    const here = folders.children(parent).filter((folder) => folder.id !== without)
    return here.flatMap((folder) => [{ folder, depth }, ...folders.tree(without, folder.id, depth + 1)])
  },

  /** The next new chat begins in a folder. */
  begin(id: string): void {
    next = id
  },
  /** The folder for the chat that begins now. */
  begun(): Folder | null {
    const folder = next ? folders.find(next) : undefined
    next = null
    return folder ?? null
  },

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
    if (!mayUseFolders()) return
    const asker = session.user?.id
    await attempt(async () => {
      const mine = ++asked
      const found = await get('/api/v1/folders/')
      // A later question was answered sooner.
      if (mine < shown) return
      shown = mine
      list = found.map((folder) => {
        const last = turned.get(folder.id)
        return last && mine <= last.until ? { ...folder, is_expanded: last.is_expanded } : folder
      })
      await Promise.all(list.filter((folder) => folder.is_expanded).map((folder) => read(folder.id)))
      // Who signed out meanwhile leaves nothing behind.
      if (session.user?.id === asker) localStorage.setItem(cacheKey(), JSON.stringify({ list, inside }))
    })
  },

  /** Opens or closes a folder. */
  async toggle(folder: Folder): Promise<void> {
    const is_expanded = !folder.is_expanded
    list = list.map((one) => (one.id === folder.id ? { ...one, is_expanded } : one))
    const turn = { is_expanded, until: Infinity }
    turned.set(folder.id, turn)
    await attempt(async () => {
      const kept = post('/api/v1/folders/{id}/update/expanded', { path: { id: folder.id }, body: { is_expanded } })
      if (is_expanded) await read(folder.id)
      await kept
    })
    turn.until = asked
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

  rename: (id: string, name: string): Promise<boolean> =>
    attempt(async () => {
      await post('/api/v1/folders/{id}/update', { path: { id }, body: { name } })
      await folders.refresh()
    }),

  /** Puts a folder into another; null puts it at the top. */
  move: (id: string, parent: string | null): Promise<boolean> =>
    attempt(async () => {
      await post('/api/v1/folders/{id}/update/parent', { path: { id }, body: { parent_id: parent } })
      await folders.refresh()
    }),

  /** Removes a folder; its chats stay. */
  remove: (id: string): Promise<boolean> =>
    attempt(async () => {
      await del('/api/v1/folders/{id}', { path: { id }, query: { delete_contents: false } })
      await folders.refresh()
    }),
}

const cacheKey = (): string => `folders:${session.user?.id ?? ''}`

/** True when it was done. */
async function attempt(action: () => Promise<void>): Promise<boolean> {
  try {
    await action()
    failure = null
    return true
  } catch (error) {
    failure = isTold(error) ? null : reason(error)
    return false
  }
}

async function read(id: string): Promise<void> {
  const chats = await get('/api/v1/chats/folder/{folder_id}/list', { path: { folder_id: id }, query: { page: 1 } })
  inside = { ...inside, [id]: chats }
}
