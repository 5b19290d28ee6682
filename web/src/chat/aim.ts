import { go } from '../app/router.svelte'

let wanted: { chat: string; message: string } | null = null

/** The message that somebody wants to see, until its chat is there. */
export const aim = {
  /** Opens a chat at one of its messages. */
  at(chat: string, message: string): void {
    wanted = { chat, message }
    go(`/c/${chat}`)
  },
  /** The message to show of a chat that is opened now. */
  take(chat: string): string | null {
    const message = wanted?.chat === chat ? wanted.message : null
    wanted = null
    return message
  },
}

/** Brings a message that is drawn into sight, and says which it is. */
export function point(view: HTMLElement, message: string): void {
  const found = view.querySelector<HTMLElement>(`[data-message="${CSS.escape(message)}"]`)
  if (!found) return
  // Of a long message its beginning is seen.
  found.scrollIntoView({ block: found.offsetHeight > view.clientHeight ? 'start' : 'center' })
  found.tabIndex = -1
  found.focus({ preventScroll: true })
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches
  if (!still) found.animate([{ background: 'var(--accent-soft)' }, {}], { duration: 1400, easing: 'ease-out' })
}
