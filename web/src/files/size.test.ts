import { expect, it } from 'vitest'
import { sizeText } from './size'

it('says sizes with as many digits as matter', () => {
  expect(sizeText(0, 'en')).toBe('0 bytes')
  expect(sizeText(1, 'en')).toBe('1 byte')
  expect(sizeText(1_500, 'en')).toBe('1.5 kB')
  expect(sizeText(15_400, 'en')).toBe('15 kB')
  expect(sizeText(999_600, 'en')).toBe('1 MB')
  expect(sizeText(2_500_000, 'de')).toBe('2,5 MB')
})
