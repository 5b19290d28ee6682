import { expect, it } from 'vitest'
import { spot } from './place'

const room = { width: 360, height: 640 }
const box = { width: 200, height: 150 }

it('opens below what opened it', () => {
  expect(spot(box, { top: 100, bottom: 130, left: 20 }, room)).toEqual({ top: 134, left: 20 })
})

it('opens above where there is no room below', () => {
  expect(spot(box, { top: 600, bottom: 630, left: 20 }, room)).toEqual({ top: 446, left: 20 })
})

it('stays inside the window', () => {
  expect(spot(box, { top: 10, bottom: 630, left: 300 }, room)).toEqual({ top: 482, left: 152 })
})
