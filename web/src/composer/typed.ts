/** A name that is being typed: from its sign at `start` to the caret. */
export interface Typed {
  start: number
  query: string
}

/** Signs that open a list above the field: prompts, knowledge and files, models. */
export type Sign = '/' | '#' | '@'

/**
 * The name before the caret. A sign within a word (a path, an address), or one of several, begins none; nor does a heading
 * once it has its blank.
 */
export function typedAt(sign: Sign, text: string, caret: number): Typed | null {
  const found = new RegExp(String.raw`(?:^|[\s(])${sign}([^\s${sign}]*)$`).exec(text.slice(0, caret))
  return found ? { start: caret - (found[1]?.length ?? 0) - 1, query: found[1] ?? '' } : null
}
