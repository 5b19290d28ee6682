import { expect, it, vi } from 'vitest'
import type { Documents, Ranker, Retrieval } from './documents'

vi.mock('../api/client', () => ({ get: vi.fn(), post: vi.fn() }))
vi.mock('../i18n/index.svelte', () => ({ t: (key: string) => key }))
const { check, stored } = await import('./documents')

const words = { size: 'size', overlap: 'overlap', url: 'url', filled: 'filled' }
const retrieval = (ranker: Ranker, RAG_RERANKING_MODEL: string, RAG_EXTERNAL_RERANKER_URL = ''): Retrieval =>
  ({ ranker, RAG_RERANKING_MODEL, RAG_EXTERNAL_RERANKER_URL, CHUNK_SIZE: 1000, CHUNK_OVERLAP: 100 }) as Retrieval
const problems = (of: Retrieval): unknown =>
  check({ retrieval: of, extraction: { engine: '', settings: {} }, embedding: { RAG_EMBEDDING_ENGINE: '' } } as unknown as Documents, words)

it('tells the server who puts passages in order', () => {
  const told = (ranker: Ranker, model: string): unknown => {
    const { RAG_RERANKING_ENGINE, RAG_RERANKING_MODEL } = stored(retrieval(ranker, model))
    return [RAG_RERANKING_ENGINE, RAG_RERANKING_MODEL]
  }
  expect(told('', 'left over')).toEqual(['', ''])
  expect(told('here', ' minilm ')).toEqual(['', 'minilm'])
  expect(told('external', 'big')).toEqual(['external', 'big'])
  expect(stored(retrieval('here', 'minilm'))).not.toHaveProperty('ranker')
})

it('wants a model, and an address of a service', () => {
  expect(problems(retrieval('', ''))).toEqual({})
  expect(problems(retrieval('here', ' '))).toEqual({ RAG_RERANKING_MODEL: 'filled' })
  expect(problems(retrieval('external', 'big', 'host'))).toEqual({ RAG_EXTERNAL_RERANKER_URL: 'url' })
  expect(problems(retrieval('external', 'big', 'http://host'))).toEqual({})
})
