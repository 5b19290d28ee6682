/** Round numbers from 0 to at least `most`, four steps at most. */
export function ticks(most: number): number[] {
  const rough = Math.max(most, 1) / 4
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = Math.max(1, [1, 2, 5, 10].map((factor) => factor * power).find((wide) => wide >= rough) ?? rough)
  const list = [0]
  while (list.at(-1)! < most) list.push(list.length * step)
  return list
}

/** Counts by name in a piece of time. */
export interface Piece {
  /** As the server names it: `2026-01-31`, with a time behind it where pieces are shorter. */
  date: string
  values: Record<string, number>
}

/** A piece that may reach over several days. */
export interface Bar extends Piece {
  /** The last day in it. */
  until: string
}

/** So few bars that each can be seen: neighbours are put together, the last ones end with the last day. */
export function folded(pieces: Piece[], most: number): Bar[] {
  const wide = Math.max(1, Math.ceil(pieces.length / most))
  const bars: Bar[] = []
  const first = pieces.length % wide || wide
  for (let from = 0; from < pieces.length; from += from ? wide : first) {
    const part = pieces.slice(from, from ? from + wide : first)
    const values: Record<string, number> = {}
    for (const piece of part) for (const [name, count] of Object.entries(piece.values)) values[name] = (values[name] ?? 0) + count
    bars.push({ date: part[0]!.date, until: part.at(-1)!.date, values })
  }
  return bars
}

export const sum = (values: Record<string, number>): number => Object.values(values).reduce((all, one) => all + one, 0)

/** The names with the most first, and what all others have under `''`. */
export function ranked(pieces: Piece[], most: number): { names: string[]; pieces: Piece[] } {
  const totals = new Map<string, number>()
  for (const { values } of pieces) for (const [name, count] of Object.entries(values)) totals.set(name, (totals.get(name) ?? 0) + count)
  const all = [...totals].sort(([a, one], [b, other]) => other - one || a.localeCompare(b)).map(([name]) => name)
  if (all.length <= most) return { names: all, pieces }
  const names = all.slice(0, most - 1)
  const rest = (values: Record<string, number>): Record<string, number> => {
    const kept = Object.fromEntries(names.map((name) => [name, values[name] ?? 0]))
    return { ...kept, '': sum(values) - sum(kept) }
  }
  return { names: [...names, ''], pieces: pieces.map((piece) => ({ ...piece, values: rest(piece.values) })) }
}
