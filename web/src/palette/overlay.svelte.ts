import type { ChatSummary } from '../api/types'

type Name = 'palette' | 'keys' | 'archived' | 'shared'
/** What a window needs to know of a chat. */
type Named = Pick<ChatSummary, 'id' | 'title'>

let shown = $state<Name | null>(null)
let moving = $state.raw<ChatSummary | null>(null)
let sharing = $state.raw<Named | null>(null)
let exporting = $state.raw<Named | null>(null)

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
  /** The chat that is given away as a file. */
  get exporting(): Named | null {
    return exporting
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
  export(chat: Named): void {
    this.close()
    exporting = chat
  },
  toggle(name: Name): void {
    if (shown === name) this.close()
    else this.show(name)
  },
  close(): void {
    shown = null
    moving = null
    sharing = null
    exporting = null
  },
}
