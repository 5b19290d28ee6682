import { getContext, setContext } from 'svelte'
import type { Block } from './blocks'
import type { FootnoteRefToken, FootnoteToken } from './extensions'
import { children } from './tokens'
import type { Token } from 'marked'

/** The footnotes of one text: their numbers in the order in which the text refers to them. */
export interface Footnotes {
  /** Null for a reference that leads nowhere. */
  number(label: string): number | null
  /** The id of the element that shows the note. */
  id(label: string): string
}

const KEY = Symbol('footnotes')
export const provide = (notes: Footnotes): Footnotes => setContext(KEY, notes)
export const footnotes = (): Footnotes => getContext<Footnotes>(KEY)

/**
 * The notes that are referred to, by label, first reference first. In a text that still grows a note may be written later:
 * its place is kept.
 */
export function collect(blocks: Block[], open: boolean): Map<string, FootnoteToken | null> {
  const written = new Map<string, FootnoteToken>()
  for (const { token } of blocks) {
    if (token.type !== 'footnote') continue
    const note = token as FootnoteToken
    if (!written.has(note.label)) written.set(note.label, note)
  }
  const found = new Map<string, FootnoteToken | null>()
  const visit = (token: Token): void => {
    if (!token.raw.includes('[^')) return
    if (token.type === 'footnoteRef') {
      const { label } = token as FootnoteRefToken
      if (open || written.has(label)) found.set(label, written.get(label) ?? null)
    }
    children(token).forEach(visit)
  }
  for (const { token } of blocks) if (token.type !== 'footnote') visit(token)
  for (const label of found.keys()) {
    const note = written.get(label)
    if (note) visit(note)
  }
  return found
}
