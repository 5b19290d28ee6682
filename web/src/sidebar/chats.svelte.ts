import { del, get, post } from '../api/client'
import type { ChatSummary, Envelope } from '../api/types'
import { onConnect, onEvent } from '../realtime/socket.svelte'

const PAGE = 60
let list = $state.raw<ChatSummary[]>([])
let pinned = $state.raw<ChatSummary[]>([])
let found = $state.raw<ChatSummary[] | null>(null)
let running = $state.raw<ReadonlySet<string>>(new Set())
let more = $state(false)
let loaded = $state(false)
let failure = $state<string | null>(null)
let pages = 1
let pending = 0

/** The chats of the sidebar: newest first, pages joined, pinned apart. */
export const chats = {
  get list(): ChatSummary[] {
    return found ?? list
  },
  get pinned(): ChatSummary[] {
    return found ? [] : pinned
  },
  get searching(): boolean {
    return found !== null
  },
  get more(): boolean {
    return more && !found
  },
  get loaded(): boolean {
    return loaded
  },
  get failure(): string | null {
    return failure
  },
  isRunning: (id: string): boolean => running.has(id),

  async refresh(): Promise<void> {
    try {
      const wanted = Array.from({ length: pages }, (_, index) => get<ChatSummary[]>(`/api/v1/chats/?page=${index + 1}`))
      const [first, ...rest] = await Promise.all([get<ChatSummary[]>('/api/v1/chats/pinned'), ...wanted])
      pinned = first ?? []
      list = rest.flat()
      more = (rest.at(-1)?.length ?? 0) >= PAGE
      running = new Set(list.filter((chat) => chat.active).map((chat) => chat.id))
      failure = null
      loaded = true
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error)
    }
  },

  async loadMore(): Promise<void> {
    pages += 1
    await this.refresh()
  },

  async search(text: string): Promise<void> {
    const mine = ++pending
    if (!text.trim()) {
      found = null
      return
    }
    const result = await get<ChatSummary[]>(`/api/v1/chats/search?text=${encodeURIComponent(text.trim())}&page=1`)
    if (mine === pending) found = result
  },

  async rename(id: string, title: string): Promise<void> {
    await post(`/api/v1/chats/${id}`, { chat: { title } })
    await this.refresh()
  },
  async pin(id: string): Promise<void> {
    await post(`/api/v1/chats/${id}/pin`)
    await this.refresh()
  },
  async archive(id: string): Promise<void> {
    await post(`/api/v1/chats/${id}/archive`)
    await this.refresh()
  },
  async remove(id: string): Promise<void> {
    await del(`/api/v1/chats/${id}`)
    await this.refresh()
  },
}

let timer = 0
/** Several events in a row cost one request. */
function soon(): void {
  clearTimeout(timer)
  timer = window.setTimeout(() => void chats.refresh(), 120)
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
    list = list.map((chat) => (chat.id === event.chat_id ? { ...chat, title: data } : chat))
    soon()
  }
}

onEvent(hear)
onConnect(() => void chats.refresh())

/** Chats by the day they were last touched. */
export function byDay(all: ChatSummary[], now: Date): { key: 'today' | 'yesterday' | 'week' | 'older'; chats: ChatSummary[] }[] {
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime() / 1000
  const day = 86_400
  const groups = { today: [], yesterday: [], week: [], older: [] } as Record<'today' | 'yesterday' | 'week' | 'older', ChatSummary[]>
  for (const chat of all) {
    if (chat.updated_at >= midnight) groups.today.push(chat)
    else if (chat.updated_at >= midnight - day) groups.yesterday.push(chat)
    else if (chat.updated_at >= midnight - 7 * day) groups.week.push(chat)
    else groups.older.push(chat)
  }
  return (Object.keys(groups) as (keyof typeof groups)[])
    .map((key) => ({ key, chats: groups[key] }))
    .filter((group) => group.chats.length > 0)
}
