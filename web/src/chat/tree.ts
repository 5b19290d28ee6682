import type { Message } from '../api/types'

export type Messages = Record<string, Message>

/** The visible branch: from the root to the leaf. A loop in damaged data ends it. */
export function branch(messages: Messages, leaf: string | null): Message[] {
  const list: Message[] = []
  const seen = new Set<string>()
  for (let message = leaf ? messages[leaf] : undefined; message && !seen.has(message.id);) {
    seen.add(message.id)
    list.push(message)
    message = message.parentId ? messages[message.parentId] : undefined
  }
  return list.reverse()
}

/** Alternatives of a message in the order they were made, itself included. */
export function siblings(messages: Messages, message: Message): string[] {
  const parent = message.parentId ? messages[message.parentId] : undefined
  if (parent) return parent.childrenIds.filter((id) => messages[id]?.role === message.role)
  return Object.values(messages)
    .filter((other) => !other.parentId && other.role === message.role)
    .map((other) => other.id)
}

/** The newest leaf below a message. */
export function leafOf(messages: Messages, id: string): string {
  let at = id
  const seen = new Set<string>()
  while (!seen.has(at)) {
    seen.add(at)
    const next = messages[at]?.childrenIds.at(-1)
    if (!next || !messages[next]) break
    at = next
  }
  return at
}

/** Adds messages that were said elsewhere; answers the leaf they end in, when it is there. */
export function adopt(messages: Messages, said: { messages: Messages; currentId: string }): string | null {
  for (const [id, message] of Object.entries(said.messages)) {
    if (messages[id]) continue
    messages[id] = message
    const above = message.parentId ? messages[message.parentId] : undefined
    if (above && !above.childrenIds.includes(id)) above.childrenIds.push(id)
  }
  return messages[said.currentId] ? said.currentId : null
}
