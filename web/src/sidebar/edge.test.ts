import { expect, it } from 'vitest'
import { pull } from './edge'

it('scrolls near the edges only, and fastest beyond them', () => {
  expect(pull(300, 100, 700)).toBe(0)
  expect(pull(690, 100, 700)).toBeGreaterThan(pull(660, 100, 700))
  expect(pull(660, 100, 700)).toBeGreaterThan(0)
  expect(pull(110, 100, 700)).toBe(-pull(690, 100, 700))
  expect([pull(50, 100, 700), pull(900, 100, 700)]).toEqual([-14, 14])
})

it('leaves the middle of a low list at rest', () => {
  expect(pull(130, 100, 160)).toBe(0)
})
