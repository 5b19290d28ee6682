import { expect, it } from 'vitest'
import { fit, isPictureKind, tighter } from './compress'

it('shrinks into the bounds and keeps the proportions', () => {
  expect(fit(4000, 2000, { width: 1000 })).toEqual({ width: 1000, height: 500 })
  expect(fit(4000, 2000, { width: 1000, height: 100 })).toEqual({ width: 200, height: 100 })
  expect(fit(5000, 1, { width: 100 })).toEqual({ width: 100, height: 1 })
})

it('never makes a picture larger', () => {
  expect(fit(30, 20, { width: 1000, height: 1000 })).toEqual({ width: 30, height: 20 })
  expect(fit(30, 20, {})).toEqual({ width: 30, height: 20 })
})

it('lets nobody go beyond the bounds of the administrator', () => {
  expect(tighter({ width: 2000, height: 800 }, { width: 1000 })).toEqual({ width: 1000, height: 800 })
  expect(tighter({}, { width: 0 })).toEqual({})
})

it('shows a model only what browsers can turn into a picture', () => {
  expect(isPictureKind('image/png')).toBe(true)
  expect(isPictureKind('image/heic')).toBe(false)
  expect(isPictureKind('image/svg+xml')).toBe(false)
})
