import { go } from '../app/router.svelte'
import type { Key } from '../i18n/index.svelte'

/** Pages come as parts of the client: on a slow network they take a while. */
const PATIENCE_MS = 15_000
let waiting: MutationObserver | null = null

/** Goes to a page, and brings one of its settings into view as soon as it is there. */
export function seek(path: string, setting?: Key): void {
  waiting?.disconnect()
  go(path)
  if (!setting || show(setting)) return
  const observer = new MutationObserver(() => show(setting) && observer.disconnect())
  observer.observe(document.body, { childList: true, subtree: true })
  setTimeout(() => observer.disconnect(), PATIENCE_MS)
  waiting = observer
}

function show(setting: Key): boolean {
  const found = document.querySelector<HTMLElement>(`[data-setting="${setting}"]`)
  if (!found) return false
  for (let fold = found.closest('details'); fold; fold = fold.parentElement?.closest('details') ?? null) fold.open = true
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches
  found.scrollIntoView({ block: 'center' })
  found.querySelector<HTMLElement>('input, select, textarea, button, summary')?.focus({ preventScroll: true })
  if (!still) found.animate([{ background: 'var(--accent-soft)' }, {}], { duration: 1400, easing: 'ease-out' })
  return true
}
