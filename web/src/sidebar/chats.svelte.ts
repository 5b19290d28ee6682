import { del, get, post } from '../api/client'
import type { ChatSummary, Envelope } from '../api/types'
import { session } from '../auth/session.svelte'
import { dropChat } from '../offline/kept'
import { isTold } from '../offline/told'
import { onConnect, onEvent } from '../realtime/socket.svelte'
import { reason } from '../ui/words'
import { mayUseFolders } from './allowed'
import { folders } from './folders.svelte'
import { append, merge } from './merge'
import { tags } from './tags.svelte'

const PAGE = 60
/** Requests at once. */
const TOGETHER = 4
/** Several events in a row cost one request. */
const SOON_MS = 120
let list = $state.raw<ChatSummary[]>([])
let pinned = $state.raw<ChatSummary[]>([])
let running = $state.raw<ReadonlySet<string>>(new Set())
let more = $state(false)
let loaded = $state(false)
let failure = $state<string | null>(null)
let pages = 1
let reading: Promise<void> | null = null

/** The chats of the sidebar: newest first, pages joined, pinned apart, those in folders left out. */
export const chats = {
  get list(): ChatSummary[] {
    return list
  },
  get pinned(): ChatSummary[] {
    return pinned
  },
  /** Older ones are there to be read. */
  get more(): boolean {
    return more
  },
  get loaded(): boolean {
    return loaded
  },
  /** Why the list is not fresh, or why a change was refused. */
  get failure(): string | null {
    return failure
  },
  /** A chat that was read, wherever it is shown. */
  find: (id: string): ChatSummary | undefined =>
    [...pinned, ...list, ...folders.all(), ...(tags.chats ?? [])].find((chat) => chat.id === id),
  isRunning: (id: string): boolean => running.has(id),
  isPinned: (id: string): boolean => pinned.some((chat) => chat.id === id),

  /** Shows what this browser saw last, until the server has answered. */
  recall(): void {
    if (loaded) return
    const stored = localStorage.getItem(cacheKey())
    if (!stored) return
    try {
      const kept = JSON.parse(stored) as { list: ChatSummary[]; pinned: ChatSummary[] }
      ;[list, pinned, loaded] = [kept.list, kept.pinned, true]
    } catch {
      localStorage.removeItem(cacheKey())
    }
  },

  /** Reads the newest page again; with `all`, every page that is shown. */
  async refresh(all = false): Promise<void> {
    const asker = session.user?.id
    try {
      const rest = all ? Array.from({ length: pages - 1 }, (_, index) => page(index + 2)) : []
      const [top, first, ...older] = await Promise.all([get('/api/v1/chats/pinned'), page(1), ...rest])
      // Who signed out meanwhile leaves nothing behind.
      if (session.user?.id !== asker) return
      const ids = new Set(top.map((chat) => chat.id))
      const old = list.filter((chat) => !ids.has(chat.id))
      pinned = top
      list = all ? older.reduce(append, first) : merge(first, old, PAGE)
      if (all || pages === 1 || first.length < PAGE) more = (older.at(-1) ?? first).length >= PAGE
      noteRunning([...top, ...first, ...older.flat()])
      localStorage.setItem(cacheKey(), JSON.stringify({ list: first, pinned: top }))
      failure = null
      loaded = true
    } catch (error) {
      failure = loaded && isTold(error) ? null : reason(error)
    }
  },

  /** Reads the next page; one at a time. */
  loadMore(): Promise<void> {
    reading ??= nextPage().finally(() => (reading = null))
    return reading
  },

  // Each answers whether it was done.
  rename: (id: string, title: string): Promise<boolean> =>
    change([id], { title }, () => post('/api/v1/chats/{id}', { path: { id }, body: { chat: { title } } })),
  pin: (id: string): Promise<boolean> => change([id], {}, () => post('/api/v1/chats/{id}/pin', { path: { id } })),
  /** Makes a copy with another title; answers its id, or undefined when it was refused. */
  async clone(id: string, title: string): Promise<string | undefined> {
    let copy: string | undefined
    await change([id], {}, async () => {
      copy = (await post('/api/v1/chats/{id}/clone', { path: { id }, body: { title } }))?.id
    })
    return copy
  },
  /** Into the archive, or out of it. */
  archive: (ids: string[]): Promise<boolean> => change(ids, null, (id) => post('/api/v1/chats/{id}/archive', { path: { id } })),
  remove: (ids: string[]): Promise<boolean> =>
    change(ids, null, async (id) => {
      await del('/api/v1/chats/{id}', { path: { id } })
      if (session.user) await dropChat(session.user.id, id)
    }),
  /** Into a folder; null takes it out. */
  move: (ids: string[], folder: string | null): Promise<boolean> =>
    change(ids, folder ? null : {}, (id) => post('/api/v1/chats/{id}/folder', { path: { id }, body: { folder_id: folder } })),

  /** What is on screen is read. */
  markRead(id: string): void {
    patch(id, { last_read_at: Math.floor(Date.now() / 1000) })
  },
  async markUnread(id: string): Promise<void> {
    await change([id], { last_read_at: 0 }, () => post('/api/v1/chats/{id}/unread', { path: { id } }))
  },
}

const cacheKey = (): string => `chats:${session.user?.id ?? ''}`
/** Who may not use folders finds the chats that are in some among the others. */
const page = (number: number): Promise<ChatSummary[]> =>
  get('/api/v1/chats/', { query: { page: number, ...(mayUseFolders() ? {} : { include_folders: true }) } })

async function nextPage(): Promise<void> {
  try {
    const next = await page(pages + 1)
    pages += 1
    list = append(list, next)
    more = next.length >= PAGE
    noteRunning(next)
  } catch (error) {
    failure = reason(error)
    more = false
  }
}

/** Shows a change at once, makes it, and reads what came of it. True when it was made everywhere. */
async function change(ids: string[], fields: Partial<ChatSummary> | null, action: (id: string) => Promise<unknown>): Promise<boolean> {
  const before = [list, pinned] as const
  const others = (all: ChatSummary[]): ChatSummary[] => all.filter((chat) => !ids.includes(chat.id))
  if (fields) for (const id of ids) patch(id, fields)
  else [list, pinned] = [others(list), others(pinned)]
  let done = 0
  try {
    // A few at a time: others use the server, too.
    for (; done < ids.length; done += TOGETHER) await Promise.all(ids.slice(done, done + TOGETHER).map(action))
  } catch (error) {
    ;[list, pinned] = before
    if (ids.length > 1) await Promise.all([chats.refresh(true), folders.refresh()])
    failure = reason(error)
    return false
  }
  await Promise.all([chats.refresh(true), folders.refresh()])
  return true
}

function patch(id: string, fields: Partial<ChatSummary>): void {
  const apply = (chat: ChatSummary): ChatSummary => (chat.id === id ? { ...chat, ...fields } : chat)
  list = list.map(apply)
  pinned = pinned.map(apply)
  tags.patch(id, fields)
}

function noteRunning(seen: ChatSummary[]): void {
  const next = new Set(running)
  for (const chat of seen) {
    if (chat.active) next.add(chat.id)
    else next.delete(chat.id)
  }
  running = next
}

let timer = 0
function soon(): void {
  clearTimeout(timer)
  timer = window.setTimeout(() => void Promise.all([chats.refresh(), folders.refresh()]), SOON_MS)
}

function hear(event: Envelope): void {
  const data = event.data.data
  if (event.data.type === 'chat:active') {
    const next = new Set(running)
    if ((data as { active: boolean }).active) next.add(event.chat_id)
    else next.delete(event.chat_id)
    running = next
  } else if (event.data.type === 'chat:list') {
    soon()
  } else if (event.data.type === 'chat:title' && typeof data === 'string') {
    patch(event.chat_id, { title: data })
    soon()
  }
}

onEvent(hear)
onConnect(() => void Promise.all([chats.refresh(true), folders.refresh()]))
