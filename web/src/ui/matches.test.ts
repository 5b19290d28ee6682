import { expect, it } from 'vitest'
import { matches } from './matches'

it('finds words in any order and case, and nothing that lacks one of them', () => {
  expect(matches('Role of new accounts', 'NEW role')).toBe(true)
  expect(matches('Role of new accounts', 'new rolls')).toBe(false)
  expect(matches('Schlüssel', 'SCHLÜSSEL')).toBe(true)
  expect(matches('anything', '  ')).toBe(true)
})
