import type { Attachment } from 'svelte/attachments'
import type { ChatSummary, Folder } from '../api/types'
import { t } from '../i18n/index.svelte'
import { move, moveFolder } from './bulk'
import { folders } from './folders.svelte'
import { selection } from './selection.svelte'

type Dragged = { chats: ChatSummary[] } | { folder: Folder }

/** Outside of all folders. */
export const TOP = ''
let dragged = $state.raw<Dragged | null>(null)
let over = $state<string | null>(null)

/** Which folder would take what is dragged right now; TOP for the list itself. */
export const dragOver = (): string | null => over

/** Lets an element be dragged; a chosen chat takes the other chosen ones along. */
export const draggable = (what: () => ChatSummary | Folder): Attachment<HTMLElement> =>
  listens('dragstart', (event) => {
    const thing = what()
    if ('parent_id' in thing || 'is_expanded' in thing) dragged = { folder: thing }
    else dragged = { chats: selection.has(thing.id) ? selection.list : [thing as ChatSummary] }
    const transfer = event.dataTransfer
    if (!transfer) return
    transfer.effectAllowed = 'move'
    transfer.setData('text/plain', 'name' in thing ? thing.name : (thing as ChatSummary).title)
    if ('chats' in dragged && dragged.chats.length > 1)
      transfer.setDragImage(label(t('select.count', { count: dragged.chats.length })), 0, 0)
  })

/** Lets an element take chats and folders into a folder; null takes them out of all. */
export const into =
  (target: string | null): Attachment<HTMLElement> =>
  (node) => {
    const key = target ?? TOP
    const stops = [
      listens('dragover', (event) => {
        if (!dragged) return
        // Where the inner one refuses, the outer one is not meant.
        event.stopPropagation()
        over = fits(dragged, target) ? key : null
        if (over === key) event.preventDefault()
      })(node),
      listens('dragleave', (event) => {
        if (over === key && !node.contains(event.relatedTarget as Node | null)) over = null
      })(node),
      listens('drop', (event) => {
        if (!dragged) return
        event.preventDefault()
        event.stopPropagation()
        const what = dragged
        end()
        if (fits(what, target)) void drop(what, target)
      })(node),
    ]
    return () => stops.forEach((stop) => stop?.())
  }

/** Whether something would come of it. */
function fits(what: Dragged, target: string | null): boolean {
  if ('chats' in what) return what.chats.some((chat) => folders.of(chat.id) !== target)
  return (what.folder.parent_id ?? null) !== target && !folders.isInside(target, what.folder.id)
}

async function drop(what: Dragged, target: string | null): Promise<void> {
  if ('folder' in what) return moveFolder(what.folder, target)
  selection.clear()
  await move(
    what.chats.filter((chat) => folders.of(chat.id) !== target),
    target,
  )
}

function end(): void {
  ;[dragged, over] = [null, null]
}

/** A picture for the pointer; it is needed only for a moment. */
function label(text: string): HTMLElement {
  const box = document.createElement('div')
  box.className = 'drag-label'
  box.textContent = text
  document.body.append(box)
  setTimeout(() => box.remove())
  return box
}

const listens =
  <E extends 'dragstart' | 'dragover' | 'dragleave' | 'drop'>(type: E, act: (event: DragEvent) => void) =>
  (node: HTMLElement): (() => void) => {
    node.addEventListener(type, act)
    return () => node.removeEventListener(type, act)
  }

addEventListener('dragend', end)
