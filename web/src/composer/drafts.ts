const key = (chat: string): string => `draft:${chat}`

/** What was written and not sent; survives reloads. A chat without an id yet is `new`. */
export const draftOf = (chat: string): string => localStorage.getItem(key(chat)) ?? ''

export function keepDraft(chat: string, text: string): void {
  if (text) localStorage.setItem(key(chat), text)
  else localStorage.removeItem(key(chat))
}

/** A new chat has got its id: what was typed meanwhile belongs to it. */
export function moveDraft(from: string, to: string): void {
  const text = draftOf(from)
  if (!text) return
  keepDraft(to, text)
  keepDraft(from, '')
}
