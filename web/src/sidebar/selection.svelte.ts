import type { ChatSummary } from '../api/types'

let chosen = $state.raw<ReadonlyMap<string, ChatSummary>>(new Map())
let on = $state(false)
/** Where a range begins. */
let anchor: string | null = null

/** The chats that something is about to be done with, all at once. */
export const selection = {
  /** Whether chats are chosen rather than opened. */
  get on(): boolean {
    return on
  },
  get list(): ChatSummary[] {
    return [...chosen.values()]
  },
  has: (id: string): boolean => chosen.has(id),

  /** Takes a chat in, or out again; without any chat it is over. */
  toggle(chat: ChatSummary): void {
    const next = new Map(chosen)
    if (!next.delete(chat.id)) next.set(chat.id, chat)
    chosen = next
    on = next.size > 0
    anchor = chat.id
  },

  /** Takes in everything from the last one to this; `shown` is what is on screen, from top to bottom. */
  reach(chat: ChatSummary, shown: ChatSummary[]): void {
    const at = shown.findIndex((one) => one.id === chat.id)
    const from = shown.findIndex((one) => one.id === anchor)
    const range = at < 0 || from < 0 ? [chat] : shown.slice(Math.min(at, from), Math.max(at, from) + 1)
    chosen = new Map([...chosen, ...range.map((one) => [one.id, one] as const)])
    on = true
    anchor ??= chat.id
  },

  /** A range begins here: what is open counts as if it had been clicked. */
  from(id: string | undefined): void {
    anchor ??= id ?? null
  },

  clear(): void {
    chosen = new Map()
    on = false
    anchor = null
  },
}
