import type { State } from './told'

type Words = Pick<State, 'title' | 'text'>

/** What became of a part that two people may have changed. */
function part(base: string, mine: string, theirs: string): string | null {
  if (mine === theirs || theirs === base) return mine
  return mine === base ? theirs : null
}

/** Both changes together, as long as nobody changed what the other did; null when one of them would be lost. */
export function merged(base: Words, mine: Words, theirs: Words): Words | null {
  const title = part(base.title, mine.title, theirs.title)
  const text = part(base.text, mine.text, theirs.text)
  return title === null || text === null ? null : { title, text }
}

/** Both texts below each other: nothing of either is lost. */
export function both(mine: Words, theirs: Words): Words {
  const title = [...new Set([theirs.title, mine.title])].filter(Boolean).join(' / ')
  const text = mine.text === theirs.text ? mine.text : `${theirs.text.trimEnd()}\n\n---\n\n${mine.text}`
  return { title, text }
}
