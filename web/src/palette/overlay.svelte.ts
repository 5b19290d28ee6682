import type { ChatSummary } from '../api/types'

type Name = 'palette' | 'keys' | 'archived'

let shown = $state<Name | null>(null)
let moving = $state.raw<ChatSummary | null>(null)

/** Which window lies over the page; at most one. */
export const overlay = {
  get shown(): Name | null {
    return shown
  },
  /** The chat that is about to get another folder. */
  get moving(): ChatSummary | null {
    return moving
  },
  show(name: Name): void {
    shown = name
    moving = null
  },
  move(chat: ChatSummary): void {
    shown = null
    moving = chat
  },
  toggle(name: Name): void {
    if (shown === name) this.close()
    else this.show(name)
  },
  close(): void {
    shown = null
    moving = null
  },
}
