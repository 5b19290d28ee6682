import { Lexer, type Token } from 'marked'

export interface Block {
  key: string
  token: Token
  /** Finished: it will not change any more. */
  closed: boolean
}

/** Cuts Markdown into blocks; only the last may still grow while `open`. Formulas are blocks of their own. */
export function blocks(text: string, open: boolean): Block[] {
  const tokens = new Lexer({ gfm: true, breaks: true }).lex(text).filter((token) => token.type !== 'space')
  return tokens.map((token, index) => ({ key: `${index}:${token.type}`, token, closed: !open || index < tokens.length - 1 }))
}

/** Splits text at formulas: `$$…$$`, `\[…\]`, `\(…\)` and `$…$` (not prices). */
export function formulas(text: string): { tex?: string; display?: boolean; text?: string }[] {
  const pattern = /\$\$([\s\S]+?)\$\$|\\\[([\s\S]+?)\\\]|\\\(([\s\S]+?)\\\)|\$(?!\s|\d+[\s.,;)])([^$\n]+?)(?<!\s)\$(?!\d)/g
  const parts: { tex?: string; display?: boolean; text?: string }[] = []
  let last = 0
  for (const match of text.matchAll(pattern)) {
    if (match.index > last) parts.push({ text: text.slice(last, match.index) })
    const display = match[1] ?? match[2]
    parts.push({ tex: (display ?? match[3] ?? match[4] ?? '').trim(), display: display !== undefined })
    last = match.index + match[0].length
  }
  if (last < text.length) parts.push({ text: text.slice(last) })
  return parts
}

/** Links that may be followed; scripts and data are not. */
export function safeLink(href: string): string | null {
  try {
    const url = new URL(href, location.origin)
    return ['http:', 'https:', 'mailto:'].includes(url.protocol) ? url.href : null
  } catch {
    return null
  }
}
