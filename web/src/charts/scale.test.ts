import { expect, it } from 'vitest'
import { folded, ranked, ticks } from './scale'

const day = (n: number, values: Record<string, number> = { a: 1 }) => ({ date: `2026-01-${String(n).padStart(2, '0')}`, values })

it('marks round numbers up to the most', () => {
  expect(ticks(0)).toEqual([0])
  expect(ticks(3)).toEqual([0, 1, 2, 3])
  expect(ticks(10)).toEqual([0, 5, 10])
  expect(ticks(97)).toEqual([0, 50, 100])
  expect(ticks(1234)).toEqual([0, 500, 1000, 1500])
})

it('puts days together until they can be seen, and loses none', () => {
  expect(
    folded(
      [1, 2, 3].map((n) => day(n)),
      5,
    ).map((bar) => [bar.date, bar.until]),
  ).toEqual([
    ['2026-01-01', '2026-01-01'],
    ['2026-01-02', '2026-01-02'],
    ['2026-01-03', '2026-01-03'],
  ])
  const bars = folded(
    [1, 2, 3, 4, 5].map((n) => day(n)),
    3,
  )
  expect(bars.map((bar) => [bar.date, bar.until, bar.values.a])).toEqual([
    ['2026-01-01', '2026-01-01', 1],
    ['2026-01-02', '2026-01-03', 2],
    ['2026-01-04', '2026-01-05', 2],
  ])
  expect(folded([], 3)).toEqual([])
})

it('names those with the most and puts the others together', () => {
  const pieces = [day(1, { a: 1, b: 5 }), day(2, { c: 3, d: 2 })]
  expect(ranked(pieces, 3)).toEqual({ names: ['b', 'c', ''], pieces: [day(1, { b: 5, c: 0, '': 1 }), day(2, { b: 0, c: 3, '': 2 })] })
  expect(ranked(pieces, 4).names).toEqual(['b', 'c', 'd', 'a'])
})
