import { beforeEach, expect, it, vi } from 'vitest'
import type { Line } from './ollama'

let told: Line[] = []
const refresh = vi.fn()
vi.mock('../i18n/index.svelte', () => ({ t: (key: string) => key }))
vi.mock('../models/models.svelte', () => ({ models: { refresh } }))
vi.mock('./ollama', () => ({
  pullLines: async function* () {
    for (const line of told) yield line
  },
}))
const { pulls } = await import('./pulls.svelte')
const URL = 'http://ollama'
beforeEach(() => {
  for (const pull of pulls.of(URL)) pulls.dismiss(pull)
  refresh.mockClear()
})

it('sums the parts of a model, and asks for the models when it is there', async () => {
  const part = (digest: string, total: number, completed?: number): Line => ({
    status: `pulling ${digest}`,
    digest,
    total,
    ...(completed && { completed }),
  })
  told = [{ status: 'pulling manifest' }, part('a', 100), part('a', 100, 100), part('b', 300, 50), { status: 'success' }]
  await pulls.start(URL, 0, 'small')
  const [pull] = pulls.of(URL)
  expect(pull).toMatchObject({ state: 'done', completed: 150, total: 400, failure: null })
  expect(refresh).toHaveBeenCalledOnce()
})

it('says what the server says is wrong, and what it leaves unsaid', async () => {
  told = [{ status: 'pulling manifest' }, { error: 'file does not exist' }]
  await pulls.start(URL, 0, 'none')
  expect(pulls.of(URL)[0]).toMatchObject({ state: 'failed', failure: 'file does not exist' })
  told = [{ status: 'pulling manifest' }]
  await pulls.start(URL, 0, 'none')
  expect(pulls.of(URL)).toHaveLength(1)
  expect(pulls.of(URL)[0]).toMatchObject({ state: 'failed', failure: 'ollama.broken' })
  expect(refresh).not.toHaveBeenCalled()
})
