import type { ChatSummary } from '../api/types'

type Name = 'palette' | 'keys' | 'archived' | 'shared'
/** What a window needs to know of a chat. */
type Named = Pick<ChatSummary, 'id' | 'title'>

let shown = $state<Name | null>(null)
let moving = $state.raw<ChatSummary | null>(null)
let sharing = $state.raw<Named | null>(null)

/** Which window lies over the page; at most one. */
export const overlay = {
  get shown(): Name | null {
    return shown
  },
  /** The chat that is about to get another folder. */
  get moving(): ChatSummary | null {
    return moving
  },
  /** The chat whose link is made or changed. */
  get sharing(): Named | null {
    return sharing
  },
  show(name: Name): void {
    this.close()
    shown = name
  },
  move(chat: ChatSummary): void {
    this.close()
    moving = chat
  },
  share(chat: Named): void {
    this.close()
    sharing = chat
  },
  toggle(name: Name): void {
    if (shown === name) this.close()
    else this.show(name)
  },
  close(): void {
    shown = null
    moving = null
    sharing = null
  },
}
