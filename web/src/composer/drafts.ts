import { moveTray } from '../files/trays'
import { paint } from '../painting/paint.svelte'
import { tools } from '../tools/tools.svelte'
import { web } from '../websearch/web.svelte'

const key = (chat: string): string => `draft:${chat}`

/** What was written and not sent; survives reloads. A chat without an id yet is `new`. */
export const draftOf = (chat: string): string => localStorage.getItem(key(chat)) ?? ''

export function keepDraft(chat: string, text: string): void {
  if (text) localStorage.setItem(key(chat), text)
  else localStorage.removeItem(key(chat))
}

const toKey = (chat: string): string => `draft:to:${chat}`

/** The model that the message being written goes to in place of the picked ones; it is part of the draft. */
export const toOf = (chat: string): string | null => localStorage.getItem(toKey(chat))

export function keepTo(chat: string, model: string | null): void {
  if (model) localStorage.setItem(toKey(chat), model)
  else localStorage.removeItem(toKey(chat))
}

/** A new chat has got its id: what was typed and attached meanwhile belongs to it. */
export function moveDraft(from: string, to: string): void {
  moveTray(from, to)
  tools.move(from, to)
  web.move(from, to)
  paint.move(from, to)
  const model = toOf(from)
  if (model) keepTo(to, model)
  keepTo(from, null)
  const text = draftOf(from)
  if (!text) return
  keepDraft(to, text)
  keepDraft(from, '')
}

/** What another app shared with this one (`/?shared=…`) is the beginning of a new chat. */
export function takeShared(): void {
  const url = new URL(location.href)
  const text = url.searchParams.get('shared')
  if (!text) return
  keepDraft('new', text)
  url.searchParams.delete('shared')
  history.replaceState(history.state, '', url)
}
