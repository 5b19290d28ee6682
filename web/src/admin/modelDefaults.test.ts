import { expect, it } from 'vitest'
import { configOf, defaultsOf } from './modelDefaults'

const stored = {
  DEFAULT_MODELS: 'a, b',
  DEFAULT_PINNED_MODELS: null,
  MODEL_ORDER_LIST: ['b'],
  DEFAULT_MODEL_PARAMS: { temperature: 0.5, system: 'Be kind.', custom: { deep: true } },
  DEFAULT_MODEL_METADATA: { capabilities: { vision: false, odd: true }, more: 1 },
}

it('shows lists, parameters and capabilities as fields', () => {
  const page = defaultsOf(stored)
  expect(page.chosen).toEqual(['a', 'b'])
  expect(page.pinned).toEqual([])
  expect(page.system).toBe('Be kind.')
  expect(page.params.temperature).toBe('0.5')
  expect(page.capabilities).toMatchObject({ vision: false, citations: true })
})

it('keeps what the page does not know, and forgets what was emptied', () => {
  const page = defaultsOf(stored)
  const config = configOf({ ...page, system: ' ', params: { ...page.params, temperature: '' }, chosen: ['b', 'c'] }, stored)
  expect(config.DEFAULT_MODELS).toBe('b,c')
  expect(config.DEFAULT_MODEL_PARAMS).toEqual({ custom: { deep: true } })
  expect(config.DEFAULT_MODEL_METADATA).toMatchObject({ more: 1, capabilities: { odd: true, vision: false } })
})
