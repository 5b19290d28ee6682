/** One thing that running code left behind. */
export interface Line {
  kind: 'out' | 'warn' | 'error' | 'value' | 'picture'
  text: string
  /** Of the code, from 1. */
  line?: number
}

const KINDS: unknown[] = ['out', 'warn', 'error', 'value']
const LONGEST = 50_000

/** What the frame said, if it can be shown: the code that runs there may say anything. */
export function heard(message: unknown): Line | 'done' | 'full' | null {
  if (!message || typeof message !== 'object') return null
  const { kind, text, line } = message as { kind?: unknown; text?: unknown; line?: unknown }
  if (kind === 'done' || kind === 'full') return kind
  if (!KINDS.includes(kind) || typeof text !== 'string') return null
  return { kind: kind as Line['kind'], text: text.slice(0, LONGEST), ...(Number.isInteger(line) && { line: line as number }) }
}

const PICTURE = /^data:image\/(?:png|jpeg);base64,[A-Za-z0-9+/=\s]+$/

/** What a notebook server answered, in the order in which one reads it. */
export function lines({ stdout, stderr, result }: { stdout?: string; stderr?: string; result?: string }): Line[] {
  const found: Line[] = []
  const add = (kind: Line['kind'], text = ''): void => {
    if (text.trim()) found.push({ kind, text: text.replace(/\n+$/, '') })
  }
  add('out', stdout)
  let words: string[] = []
  for (const part of (result ?? '').split('\n')) {
    if (!PICTURE.test(part)) {
      words.push(part)
      continue
    }
    add('value', words.join('\n'))
    words = []
    add('picture', part)
  }
  add('value', words.join('\n'))
  add('error', stderr)
  return found
}
