/** What narrows a search for chats, as the server reads it: `tag:name`, `folder:name`, and three that are true or false. */
export const OPERATORS = ['tag', 'folder', 'pinned', 'archived', 'shared'] as const
export type Operator = (typeof OPERATORS)[number]

const WORD = /^(tag|folder|pinned|archived|shared):(.*)$/
const YES_OR_NO = /^(true|false)$/
/** Completions shown at once. */
const MOST = 8

interface Typed {
  operator: Operator
  value: string
}

function typed(word: string): Typed | null {
  const found = WORD.exec(word)
  return found ? { operator: found[1] as Operator, value: found[2] ?? '' } : null
}

const named = (operator: Operator): boolean => operator === 'tag' || operator === 'folder'
const whole = ({ operator, value }: Typed): boolean => (named(operator) ? value !== '' : YES_OR_NO.test(value))

/** A name as it stands behind an operator: the server takes it so. */
export const written = (name: string): string => name.trim().toLowerCase().replaceAll(' ', '_')

export interface Question {
  /** What the server is asked: without operators that have no value yet. */
  text: string
  /** Operators narrow it: only chats are meant. */
  narrowed: boolean
}

export function question(text: string): Question {
  const words = text.split(/\s+/).filter((word) => {
    const part = typed(word)
    return word && (!part || whole(part))
  })
  return { text: words.join(' '), narrowed: text.split(/\s+/).some((word) => typed(word) !== null) }
}

/** What may stand in place of the last word: values of its operator, or operators that begin so. */
export function completions(text: string, known: { tags: string[]; folders: string[] }): { values: string[]; operators: string[] } {
  const last = /\S*$/.exec(text)?.[0] ?? ''
  const part = typed(last)
  if (!part) {
    const operators = last ? OPERATORS.filter((operator) => operator.startsWith(last.toLowerCase())) : []
    return { values: [], operators: operators.map((operator) => `${operator}:`) }
  }
  const { operator, value } = part
  const all = operator === 'tag' ? known.tags : operator === 'folder' ? known.folders.map(written) : ['true', 'false']
  const begun = [...new Set(all)].filter((one) => one !== value && one.startsWith(value.toLowerCase()))
  return { values: begun.slice(0, MOST).map((one) => `${operator}:${one}`), operators: [] }
}

/** The text with its last word completed; behind a value comes the next word. */
export function completed(text: string, word: string): string {
  return text.replace(/\S*$/, () => (word.endsWith(':') ? word : `${word} `))
}
