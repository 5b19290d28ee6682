import { expect, it, vi } from 'vitest'
import type { TaskConfig } from '../api/types'

vi.mock('./wire', () => ({}))
const { configOf, pageOf } = await import('./tasks')

it('keeps what no field of the parameters knows', () => {
  const config = { TASK_MODEL: 'small', TASK_MODEL_PARAMS: { temperature: 0.2, system: 'Briefly.', odd: [1] } } as unknown as TaskConfig
  const page = pageOf(config)
  expect(page.params.temperature).toBe('0.2')
  expect(configOf(page)).toEqual(config)
  expect(configOf({ ...page, params: { ...page.params, temperature: '', max_tokens: '50' } }).TASK_MODEL_PARAMS).toEqual({
    system: 'Briefly.',
    odd: [1],
    max_tokens: 50,
  })
})
