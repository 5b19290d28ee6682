import { expect, it } from 'vitest'
import { clampWidth, MAX, MIN } from './width'

it('keeps the sidebar usable', () => {
  expect(clampWidth(10)).toBe(MIN)
  expect(clampWidth(5000)).toBe(MAX)
  expect(clampWidth(300.4)).toBe(300)
  expect(clampWidth(Number(null))).toBe(272)
  expect(clampWidth(Number.NaN)).toBe(272)
})
