import { expect, it } from 'vitest'
import { changes, same, sentOf, systemOf } from './params'

it('says what was added, changed and taken away', () => {
  const before = { system: 'Be brief.', temperature: 0.2, stop: ['END'] }
  expect(changes(before, { system: 'Be brief.', temperature: 0.5, seed: 7 })).toEqual({ temperature: 0.5, seed: 7, stop: null })
  expect(changes({}, before)).toEqual(before)
  expect(same(before, { stop: ['END'], temperature: 0.2, system: 'Be brief.' })).toBe(true)
  expect(same(before, { ...before, stop: ['END', 'STOP'] })).toBe(false)
})

it('sends parameters without the instructions', () => {
  expect(sentOf({ system: 'Be brief.', temperature: 0, stop: ['END'] })).toEqual({ temperature: 0, stop: ['END'] })
  expect(systemOf({ system: 'Be brief.' })).toBe('Be brief.')
  expect(systemOf({ system: null })).toBe('')
})

it('makes a list of the words to stop at', () => {
  expect(sentOf({ stop: 'END, STOP,' })).toEqual({ stop: ['END', 'STOP'] })
  expect(sentOf({ stop: '' })).toEqual({})
  expect(sentOf({ stop: [] })).toEqual({})
})
