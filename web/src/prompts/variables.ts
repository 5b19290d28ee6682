/** Blanks of a prompt: `{{name}}`, or `{{name | type:property="value":required}}`. */

/** How a blank is asked for. */
export interface Blank {
  name: string
  /** `text`, `textarea`, `select`, `checkbox`, or a type of an input field. */
  type: string
  label: string
  placeholder: string
  /** What stands in the field at first. */
  value: string
  required: boolean
  /** Choices of a `select`. */
  options: string[]
  min?: string
  max?: string
  step?: string
}

const BLANK = /\{\{\s*([^{}|]+?)\s*(?:\|((?:[^{}"]|"(?:[^"\\]|\\.)*"|\{[^{}]*\})*))?\}\}/g
const INPUTS = ['text', 'number', 'date', 'datetime-local', 'month', 'time', 'range', 'color', 'email', 'tel', 'url']
/** What is known without asking. */
const KNOWN = /^(CLIPBOARD|(USER|CURRENT)_[A-Z]+)$/

/** Every blank that somebody has to fill, in the order of their first mention. */
export function blanks(content: string): Blank[] {
  const found = new Map<string, Blank>()
  for (const [, name = '', definition] of content.matchAll(BLANK)) {
    if (KNOWN.test(name)) continue
    // A blank may be defined once and only named elsewhere.
    if (!found.has(name) || (definition && found.get(name)?.type === 'text')) found.set(name, blank(name, definition ?? ''))
  }
  return [...found.values()]
}

/** Whether the text wants what lies in the clipboard. */
export const wantsClipboard = (content: string): boolean => [...content.matchAll(BLANK)].some(([, name]) => name === 'CLIPBOARD')

/** The text with its blanks filled; one without a value stays as it is. */
export const fill = (content: string, values: Record<string, string>): string =>
  content.replace(BLANK, (whole, name: string) => (Object.hasOwn(values, name) ? (values[name] ?? '') : whole))

function blank(name: string, definition: string): Blank {
  const [kind = '', ...rest] = parts(definition)
  const properties = new Map(rest.map((part): [string, string] => property(part)))
  const of = (key: string): string => properties.get(key) ?? ''
  const type = kind.trim().toLowerCase()
  const options = list(of('options'))
  const known = type === 'textarea' || type === 'checkbox' || (type === 'select' && options.length > 0) || INPUTS.includes(type)
  return {
    name,
    type: known ? type : 'text',
    label: of('label') || name.replaceAll('_', ' '),
    placeholder: of('placeholder'),
    value: of('default') || untouched(type, of('min'), of('max')),
    required: properties.has('required') && of('required') !== 'false',
    options,
    ...Object.fromEntries(['min', 'max', 'step'].filter((key) => properties.has(key)).map((key) => [key, of(key)])),
  }
}

/** What a field says that nobody touched. */
function untouched(type: string, min: string, max: string): string {
  if (type === 'checkbox') return 'false'
  if (type === 'color') return '#000000'
  return type === 'range' ? String(Math.round((Number(min || 0) + Number(max || 100)) / 2)) : ''
}

/** Splits at colons that stand outside of quotes and brackets. */
function parts(definition: string): string[] {
  const found: string[] = ['']
  let depth = 0
  let quoted = false
  for (const sign of definition) {
    if (sign === '"') quoted = !quoted
    else if (!quoted && (sign === '[' || sign === '{')) depth += 1
    else if (!quoted && (sign === ']' || sign === '}')) depth -= 1
    if (sign === ':' && !quoted && depth === 0) found.push('')
    else found[found.length - 1] += sign
  }
  return found
}

function property(part: string): [string, string] {
  const [key = '', ...value] = part.split('=')
  return [
    key.trim(),
    value
      .join('=')
      .trim()
      .replace(/^"([^]*)"$/, '$1'),
  ]
}

function list(options: string): string[] {
  try {
    const read: unknown = JSON.parse(options)
    return Array.isArray(read) ? read.map(String) : []
  } catch {
    return []
  }
}
