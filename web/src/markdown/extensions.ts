import type { Token, TokenizerAndRendererExtension, Tokens } from 'marked'

/** A formula; `display` stands on its own line. */
export interface MathToken extends Tokens.Generic {
  type: 'math'
  tex: string
  display: boolean
}
export interface FootnoteToken extends Tokens.Generic {
  type: 'footnote'
  label: string
  tokens: Token[]
}
export interface FootnoteRefToken extends Tokens.Generic {
  type: 'footnoteRef'
  label: string
}
export interface DetailsToken extends Tokens.Generic {
  type: 'details'
  /** Unfolded from the start. */
  open: boolean
  summary: Token[]
  tokens: Token[]
}
export const ALERTS = ['note', 'tip', 'important', 'warning', 'caution'] as const
export interface AlertToken extends Tokens.Generic {
  type: 'alert'
  kind: (typeof ALERTS)[number]
  tokens: Token[]
}
/** One of the few HTML elements that carry meaning in a line and no attributes. */
export interface TagToken extends Tokens.Generic {
  type: 'tag'
  tag: string
  tokens: Token[]
}

const math = (raw: string, tex: string, display: boolean): MathToken => ({ type: 'math', raw, tex: tex.trim(), display })

const mathBlock: TokenizerAndRendererExtension = {
  name: 'math',
  level: 'block',
  start: (src) => /(?:^|\n) {0,3}(?:\$\$|\\\[)/.exec(src)?.index,
  tokenizer(src) {
    const match = /^ {0,3}(?:\$\$([\s\S]+?)\$\$|\\\[([\s\S]+?)\\\])[ \t]*(?:\n+|$)/.exec(src)
    return match ? math(match[0], match[1] ?? match[2] ?? '', true) : undefined
  },
}

// A dollar sign begins a formula unless a price or a blank follows; it ends one unless a word goes on behind it.
const INLINE =
  /^(?:\$\$([^$]+?)\$\$|\\\[([\s\S]+?)\\\]|\\\(([\s\S]+?)\\\)|\$(?!\s|\d+(?:[.,]\d+)*[.,]?(?:[\s;:)]|$))((?:\\.|[^$\n\\])+?)(?<!\s)\$(?!\w))/
const mathInline: TokenizerAndRendererExtension = {
  name: 'mathInline',
  level: 'inline',
  start: (src) => /\$|\\[([]/.exec(src)?.index,
  tokenizer(src) {
    const match = INLINE.exec(src)
    if (!match) return undefined
    const display = match[1] ?? match[2]
    return math(match[0], display ?? match[3] ?? match[4] ?? '', display !== undefined)
  },
}

const footnote: TokenizerAndRendererExtension = {
  name: 'footnote',
  level: 'block',
  start: (src) => /(?:^|\n)\[\^[^\]\s]+\]:/.exec(src)?.index,
  tokenizer(src) {
    const match = /^\[\^([^\]\s]+)\]:[ \t]*([^\n]*(?:\n(?: {2,}|\t)[^\n]+)*)(?:\n+|$)/.exec(src)
    if (!match) return undefined
    const token: FootnoteToken = { type: 'footnote', raw: match[0], label: match[1] ?? '', tokens: [] }
    this.lexer.inline((match[2] ?? '').replace(/\n[ \t]+/g, '\n'), token.tokens)
    return token
  },
}

const footnoteRef: TokenizerAndRendererExtension = {
  name: 'footnoteRef',
  level: 'inline',
  start: (src) => src.indexOf('[^'),
  tokenizer(src) {
    const match = /^\[\^([^\]\s]+)\]/.exec(src)
    return match ? ({ type: 'footnoteRef', raw: match[0], label: match[1] ?? '' } satisfies FootnoteRefToken) : undefined
  },
}

const FOLD = /^<details(\s[^>]*)?>\s*(?:<summary>([\s\S]*?)(?:<\/summary>|$))?/i
const details: TokenizerAndRendererExtension = {
  name: 'details',
  level: 'block',
  start: (src) => /(?:^|\n)<details/i.exec(src)?.index,
  tokenizer(src) {
    const match = FOLD.exec(src)
    if (!match) return undefined
    const [head, attributes = '', summary = ''] = match
    const [inside, end] = fold(src, head.length)
    const tokens = this.lexer.blockTokens(inside, [])
    const token: DetailsToken = { type: 'details', raw: src.slice(0, end), open: /\bopen\b/i.test(attributes), summary: [], tokens }
    this.lexer.inline(summary.trim(), token.summary)
    return token
  },
}

/** What a fold holds and where it ends; one without its closing tag holds the rest. */
function fold(src: string, from: number): [inside: string, end: number] {
  let depth = 1
  for (const tag of src.slice(from).matchAll(/<(\/?)details(?:\s[^>]*)?>[ \t]*\n*/gi)) {
    depth += tag[1] ? -1 : 1
    if (depth === 0) return [src.slice(from, from + tag.index), from + tag.index + tag[0].length]
  }
  return [src.slice(from).replace(/<\/?[a-z]*$/i, ''), src.length]
}

const ALERT = new RegExp(`^ {0,3}> ?\\[!(${ALERTS.join('|')})\\][ \\t]*([^\\n]*(?:\\n {0,3}>[^\\n]*)*)(?:\\n+|$)`, 'i')
const alert: TokenizerAndRendererExtension = {
  name: 'alert',
  level: 'block',
  tokenizer(src) {
    const match = ALERT.exec(src)
    if (!match) return undefined
    const kind = (match[1] ?? '').toLowerCase() as AlertToken['kind']
    const tokens = this.lexer.blockTokens((match[2] ?? '').replace(/^ {0,3}> ?/gm, ''), [])
    return { type: 'alert', raw: match[0], kind, tokens } satisfies AlertToken
  },
}

const TAGS = 'sub|sup|kbd|mark|u|s|b|i|em|strong|small|ins|del|q|var|samp'
const TAG = new RegExp(`^<(${TAGS})>([\\s\\S]+?)</\\1>`, 'i')
const TAG_START = new RegExp(`<(?:${TAGS})>`, 'i')
const tag: TokenizerAndRendererExtension = {
  name: 'tag',
  level: 'inline',
  start: (src) => TAG_START.exec(src)?.index,
  tokenizer(src) {
    const match = TAG.exec(src)
    if (!match) return undefined
    const token: TagToken = { type: 'tag', raw: match[0], tag: (match[1] ?? '').toLowerCase(), tokens: [] }
    this.lexer.inline(match[2] ?? '', token.tokens)
    return token
  },
}

export const extensions = [mathBlock, mathInline, footnote, footnoteRef, details, alert, tag]
