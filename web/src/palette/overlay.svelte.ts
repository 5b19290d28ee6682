import type { ChatSummary, Folder } from '../api/types'

type Name = 'palette' | 'keys' | 'archived' | 'shared'
/** What a window needs to know of a chat. */
type Named = Pick<ChatSummary, 'id' | 'title'>
/** What is about to get into another folder. */
export type Moving = { chats: ChatSummary[] } | { folder: Folder }

let shown = $state<Name | null>(null)
let moving = $state.raw<Moving | null>(null)
let folder = $state.raw<Folder | null>(null)
let sharing = $state.raw<Named | null>(null)
let lending = $state.raw<Folder | null>(null)
let exporting = $state.raw<Named | null>(null)
let tagging = $state.raw<Named | null>(null)

/** Which window lies over the page; at most one. */
export const overlay = {
  get shown(): Name | null {
    return shown
  },
  get moving(): Moving | null {
    return moving
  },
  /** The folder whose settings are changed. */
  get folder(): Folder | null {
    return folder
  },
  /** The chat whose link is made or changed. */
  get sharing(): Named | null {
    return sharing
  },
  /** The folder of which is said who else may read what is in it. */
  get lending(): Folder | null {
    return lending
  },
  /** The chat that is given away as a file. */
  get exporting(): Named | null {
    return exporting
  },
  /** The chat whose tags are changed. */
  get tagging(): Named | null {
    return tagging
  },
  show(name: Name): void {
    this.close()
    shown = name
  },
  move(what: Moving): void {
    this.close()
    moving = what
  },
  setUp(which: Folder): void {
    this.close()
    folder = which
  },
  share(chat: Named): void {
    this.close()
    sharing = chat
  },
  lend(which: Folder): void {
    this.close()
    lending = which
  },
  export(chat: Named): void {
    this.close()
    exporting = chat
  },
  tag(chat: Named): void {
    this.close()
    tagging = chat
  },
  toggle(name: Name): void {
    if (shown === name) this.close()
    else this.show(name)
  },
  close(): void {
    shown = null
    moving = null
    folder = null
    sharing = null
    lending = null
    exporting = null
    tagging = null
  },
}
