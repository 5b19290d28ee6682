import { expect, it } from 'vitest'
import { initials } from './initials'

it('takes the first letter of the first and the last name', () => {
  expect(initials('Ada Lovelace')).toBe('AL')
  expect(initials('  ada  byron king ')).toBe('AK')
  expect(initials('Ada')).toBe('A')
  expect(initials('')).toBe('')
})
