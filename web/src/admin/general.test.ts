import { expect, it, vi } from 'vitest'
import type { AdminConfig } from '../api/types'

vi.mock('./wire', () => ({}))
const { configOf, generalOf } = await import('./general')

const config = (first: Record<string, unknown> | null): AdminConfig =>
  ({ ADMIN_EMAIL: 'a@b', DEFAULT_INTERFACE_SETTINGS: first }) as AdminConfig

it('shows what people start from as a text, and nothing where nothing is set', () => {
  expect(generalOf(config({})).first).toBe('')
  expect(generalOf(config(null)).first).toBe('')
  expect(generalOf(config({ widescreenMode: true })).first).toBe('{\n  "widescreenMode": true\n}')
})

it('stores the text as an object beside the other settings, and an emptied one as none', () => {
  const shown = generalOf(config({ widescreenMode: true }))
  expect(configOf(shown)).toEqual(config({ widescreenMode: true }))
  expect(configOf({ ...shown, first: '  ' })).toEqual(config({}))
})
