import type { Token, Tokens } from 'marked'

/** What a token consists of, in the order in which it is read. */
export function children(token: Token): Token[] {
  if (token.type === 'list') return (token as Tokens.List).items
  if (token.type === 'table') {
    const { header, rows } = token as Tokens.Table
    return [header, ...rows].flatMap((row) => row.flatMap((cell) => cell.tokens))
  }
  const own = 'tokens' in token ? (token.tokens ?? []) : []
  return token.type === 'details' ? [...(token as Tokens.Generic).summary, ...own] : own
}
