/** A name that is being typed: from its `#` at `start` to the caret. */
export interface Typed {
  start: number
  query: string
}

/** The name before the caret. A `#` within a word, or one of several, begins none; nor does a heading once it has its blank. */
export function typedAt(text: string, caret: number): Typed | null {
  const found = /(?:^|[\s(])#([^\s#]*)$/.exec(text.slice(0, caret))
  return found ? { start: caret - (found[1]?.length ?? 0) - 1, query: found[1] ?? '' } : null
}
