import { expect, it } from 'vitest'
import { dayOf, spanOf } from './range'

const now = new Date(2026, 2, 15, 13, 30)
const at = (...parts: [number, number, number]): number => new Date(...parts).getTime() / 1000

it('begins with a day, and counts today', () => {
  expect(spanOf('week', now)).toEqual({ start_date: at(2026, 2, 9) })
  expect(spanOf('month', now)).toEqual({ start_date: at(2026, 1, 14) })
  expect(spanOf('day', now)).toEqual({ start_date: now.getTime() / 1000 - 86_400 })
  expect(spanOf('all', now)).toEqual({})
})

it('takes own dates whole, in whatever order, and each alone', () => {
  const whole = { start_date: at(2026, 0, 1), end_date: at(2026, 0, 4) - 1 }
  expect(spanOf('own', now, '2026-01-01', '2026-01-03')).toEqual(whole)
  expect(spanOf('own', now, '2026-01-03', '2026-01-01')).toEqual(whole)
  expect(spanOf('own', now, '', '2026-01-03')).toEqual({ end_date: at(2026, 0, 4) - 1 })
  expect(spanOf('own', now)).toEqual({})
})

it('writes days as fields have them', () => {
  expect([dayOf(now), dayOf(now, -29)]).toEqual(['2026-03-15', '2026-02-14'])
})
