import { Marked, type Token } from 'marked'
import { extensions } from './extensions'
import { reuse } from './reuse'

export interface Block {
  token: Token
  /** Finished: it will not change any more. */
  closed: boolean
}

const marked = new Marked({ gfm: true, breaks: true, extensions })
export const lex = (text: string): Token[] => marked.lexer(text)

/**
 * Cuts growing Markdown into blocks. Only the last block is read again while the text grows; finished blocks keep their
 * identity, so that nothing that watches them is drawn anew. When the text ends it is read once as a whole: a link may be
 * defined behind its use.
 */
export class Blocks {
  #text = ''
  #done: Block[] = []
  /** How much of the text the finished blocks take. */
  #end = 0
  #tail: Block[] = []

  update(text: string, open: boolean): Block[] {
    const source = text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text
    return open ? this.#grow(source) : this.#finish(source)
  }

  #grow(text: string): Block[] {
    if (!text.startsWith(this.#text)) this.#reset()
    this.#text = text
    const tokens = lex(text.slice(this.#end))
    const open = Math.max(0, firstOpen(tokens))
    const before = this.#tail
    let place = 0
    for (const token of tokens.slice(0, open)) {
      this.#end += token.raw.length
      if (isShown(token)) this.#done.push(same(before[place++], token, true))
    }
    this.#tail = tokens
      .slice(open)
      .filter(isShown)
      .map((token, at) => same(before[place + at], token, isFenced(token)))
    return [...this.#done, ...this.#tail]
  }

  #finish(text: string): Block[] {
    const before = [...this.#done, ...this.#tail]
    this.#reset()
    return lex(text)
      .filter(isShown)
      .map((token, at) => same(before[at], token, true))
  }

  #reset(): void {
    this.#text = ''
    this.#done = []
    this.#end = 0
    this.#tail = []
  }
}

/** The block as it was, if nothing in it changed. */
function same(old: Block | undefined, next: Token, closed: boolean): Block {
  const token = reuse(old?.token, next)
  return old && old.token === token && old.closed === closed ? old : { token, closed }
}

const isShown = (token: Token): boolean => token.type !== 'space' && token.type !== 'def'

/** Code behind its closing fence. */
const isFenced = (token: Token): boolean =>
  token.type === 'code' && /^ {0,3}(`{3,}(?!`)|~{3,}(?!~))[^\n]*\n(?:[\s\S]*\n)? {0,3}\1[`~]* *\n+$/.test(token.raw)

/** Where the part begins that may still change: the last block, and what could turn out to belong to it. */
function firstOpen(tokens: Token[]): number {
  const last = tokens.findLastIndex(isShown)
  // Half a list marker reads as a paragraph; with its other half it goes on with the list above.
  const half = last >= 0 && /^ *(?:\d{1,9}|[-*+])$/.test(tokens[last]?.raw ?? '')
  const begin = half ? tokens.slice(0, last).findLastIndex(isShown) : last
  const waiting = tokens.findIndex(waits)
  return waiting < 0 ? begin : Math.min(waiting, begin)
}

/** The beginning of a formula whose end is still to come, and may take what follows with it. */
const waits = (token: Token): boolean => token.type === 'paragraph' && /^ {0,3}(?:\$\$|\\\[)/.test(token.raw)
