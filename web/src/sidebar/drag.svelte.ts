import type { Attachment } from 'svelte/attachments'
import type { ChatSummary, Folder } from '../api/types'
import { t } from '../i18n/index.svelte'
import { move, moveFolder } from './bulk'
import { folders } from './folders.svelte'
import { pressed } from './press'
import { selection } from './selection.svelte'

type Dragged = { chats: ChatSummary[] } | { folder: Folder }

/** Outside of all folders. */
export const TOP = ''
let dragged = $state.raw<Dragged | null>(null)
let over = $state<string | null>(null)
/** What takes chats and folders, and into which folder. */
const takers = new WeakMap<Element, string | null>()

/** Which folder would take what is dragged right now; TOP for the list itself. */
export const dragOver = (): string | null => over

/** Lets an element be dragged, by a finger once it is held; a chosen chat takes the other chosen ones along. */
export const draggable =
  (what: () => ChatSummary | Folder): Attachment<HTMLElement> =>
  (node) => {
    // A finger drags without the browser's help, which differs from one to the next.
    const press = pressed(node, async () => {
      const { carry } = await import('./carry')
      return carry(node, lift(what()), { over: hold, drop: release, end })
    })
    const stop = listens('dragstart', (event) => {
      if (press.on) return event.preventDefault()
      const thing = what()
      const words = lift(thing)
      const transfer = event.dataTransfer
      if (!transfer) return
      transfer.effectAllowed = 'move'
      transfer.setData('text/plain', named(thing))
      if (dragged && 'chats' in dragged && dragged.chats.length > 1) transfer.setDragImage(label(words), 0, 0)
    })(node)
    return () => {
      stop?.()
      press.stop()
    }
  }

/** Lets an element take chats and folders into a folder; null takes them out of all. */
export const into =
  (target: string | null): Attachment<HTMLElement> =>
  (node) => {
    const key = target ?? TOP
    takers.set(node, target)
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
        take(target)
      })(node),
    ]
    return () => {
      takers.delete(node)
      stops.forEach((stop) => stop?.())
    }
  }

const named = (thing: ChatSummary | Folder): string => ('name' in thing ? thing.name : (thing as ChatSummary).title)

/** Begins, and says in words what is dragged. */
function lift(thing: ChatSummary | Folder): string {
  if ('parent_id' in thing || 'is_expanded' in thing) dragged = { folder: thing }
  else dragged = { chats: selection.has(thing.id) ? selection.list : [thing as ChatSummary] }
  return 'chats' in dragged && dragged.chats.length > 1 ? t('select.count', { count: dragged.chats.length }) : named(thing)
}

/** What is dragged is over an element: the innermost that takes anything says whether it takes this. */
function hold(element: Element | null): void {
  const taker = takerOf(element)
  over = dragged && taker !== undefined && fits(dragged, taker) ? (taker ?? TOP) : null
}

/** It is let go where it was held last. */
function release(): void {
  if (over === null) return end()
  take(over === TOP ? null : over)
}

function takerOf(element: Element | null): string | null | undefined {
  for (let at = element; at; at = at.parentElement) if (takers.has(at)) return takers.get(at)
  return undefined
}

function take(target: string | null): void {
  const what = dragged
  end()
  if (what && fits(what, target)) void drop(what, target)
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
