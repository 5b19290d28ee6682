/** A part of a text, and whether it is one of the words that were looked for. */
export interface Piece {
  text: string
  hit: boolean
}

/** A text cut where words of a search stand in it, whatever their case. */
export function marked(text: string, query: string): Piece[] {
  const words = query.split(/[\s"]+/).filter((word) => word && !word.includes(':'))
  if (!words.length) return [{ text, hit: false }]
  const escaped = words.sort((one, other) => other.length - one.length).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  // A group in the middle is kept by `split`: every second piece is a hit.
  return text
    .split(new RegExp(`(${escaped.join('|')})`, 'iu'))
    .map((piece, at) => ({ text: piece, hit: at % 2 === 1 }))
    .filter((piece) => piece.text)
}
