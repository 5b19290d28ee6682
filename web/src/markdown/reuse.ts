import type { Token, Tokens } from 'marked'
import { children } from './tokens'

/** The old token where the new one says the same, down to list items, table rows and words. */
export function reuse(old: Token | undefined, next: Token): Token {
  if (!old || old.type !== next.type) return next
  if (old.raw === next.raw && sameLinks(old, next)) return old
  if (next.type === 'list') {
    const items = (old as Tokens.List).items
    const list = next as Tokens.List
    list.items = list.items.map((item, at) => reuse(items[at], item) as Tokens.ListItem)
  } else if (next.type === 'table') {
    const rows = (old as Tokens.Table).rows
    const table = next as Tokens.Table
    table.rows = table.rows.map((row, at) => (rows[at] && sameRow(rows[at], row) ? rows[at] : row))
  } else if ('tokens' in next && next.tokens && 'tokens' in old) {
    const tokens = old.tokens ?? []
    next.tokens = next.tokens.map((token, at) => reuse(tokens[at], token))
  }
  return next
}

const sameRow = (old: Tokens.TableCell[], next: Tokens.TableCell[]): boolean =>
  old.length === next.length &&
  old.every((cell, at) => {
    const other = next[at]
    return other !== undefined && cell.text === other.text && cell.align === other.align && cell.tokens.every(samePlace(other.tokens))
  })

/** The same source reads differently once the links it refers to are known. */
function sameLinks(old: Token, next: Token): boolean {
  if (!next.raw.includes('[')) return true
  const [before, after] = [children(old), children(next)]
  return before.length === after.length && before.every(samePlace(after))
}

const samePlace =
  (after: Token[]) =>
  (token: Token, at: number): boolean => {
    const other = after[at]
    return other !== undefined && token.type === other.type && sameLinks(token, other)
  }
