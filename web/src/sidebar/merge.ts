import type { ChatSummary } from '../api/types'

/** A fresh first page in front of the older pages that were read before: every chat once, newest first. */
export function merge(first: ChatSummary[], old: ChatSummary[], pageSize: number): ChatSummary[] {
  // A page that is not full is the whole list.
  if (first.length < pageSize) return first
  const border = first.at(-1)?.updated_at ?? 0
  const known = new Set(first.map((chat) => chat.id))
  return [...first, ...old.filter((chat) => chat.updated_at <= border && !known.has(chat.id))]
}

/** Appends a page without repeating chats that moved while it was read. */
export function append(old: ChatSummary[], page: ChatSummary[]): ChatSummary[] {
  const known = new Set(old.map((chat) => chat.id))
  return [...old, ...page.filter((chat) => !known.has(chat.id))]
}
