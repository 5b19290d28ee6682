import { expect, it } from 'vitest'
import { combo, pressed } from './keys'

const event = (key: string, fields: Partial<KeyboardEvent> = {}): Parameters<typeof pressed>[0] => ({
  key,
  ctrlKey: true,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...fields,
})

it('knows shortcuts with Ctrl and with Cmd', () => {
  expect(pressed(event('k'))).toBe('palette')
  expect(pressed(event('k', { ctrlKey: false, metaKey: true }))).toBe('palette')
  expect(pressed(event('O', { shiftKey: true }))).toBe('new')
  expect(pressed(event('/', { shiftKey: true }))).toBe('keys')
  expect(pressed(event(','))).toBe('settings')
  expect(pressed(event('.'))).toBe('controls')
})

it('leaves what is typed alone', () => {
  expect(pressed(event('k', { ctrlKey: false }))).toBeNull()
  expect(pressed(event('o'))).toBeNull()
  expect(pressed(event('k', { altKey: true }))).toBeNull()
})

it('writes a shortcut as it is pressed', () => {
  expect(combo('palette')).toMatch(/^(Ctrl K|⌘K)$/)
})
