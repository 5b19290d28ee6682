import { get, post } from '../api/client'
import type { Problems } from '../frame/form.svelte'
import { check as checkExtraction, sent, shown, type Extraction } from './extraction'

/** Who puts passages in order once more: nobody, a model in the server, a service. */
export type Ranker = '' | 'here' | 'external'

/** How files are read, cut and searched, as far as this page shows it; the server leaves the rest as it is. */
export interface Retrieval {
  TEXT_SPLITTER: string
  CHUNK_SIZE: number
  CHUNK_OVERLAP: number
  CHUNK_MIN_SIZE_TARGET: number
  ENABLE_MARKDOWN_HEADER_TEXT_SPLITTER: boolean
  ALLOWED_FILE_EXTENSIONS: string[]
  FILE_MAX_SIZE: number | null
  FILE_MAX_COUNT: number | null
  BYPASS_EMBEDDING_AND_RETRIEVAL: boolean
  RAG_FULL_CONTEXT: boolean
  TOP_K: number
  ENABLE_RAG_HYBRID_SEARCH: boolean
  ENABLE_RAG_HYBRID_SEARCH_ENRICHED_TEXTS: boolean
  HYBRID_BM25_WEIGHT: number
  /** What the server knows by its engine and whether there is a model. */
  ranker: Ranker
  RAG_RERANKING_MODEL: string
  RAG_EXTERNAL_RERANKER_URL: string
  RAG_EXTERNAL_RERANKER_API_KEY: string
  RELEVANCE_THRESHOLD: number
  RAG_TEMPLATE: string
}

interface Server {
  url: string
  key: string
  version?: string
}

/** Where vectors are made. */
export interface Embedding {
  RAG_EMBEDDING_ENGINE: string
  RAG_EMBEDDING_MODEL: string
  RAG_EMBEDDING_BATCH_SIZE: number
  RAG_EMBEDDING_CONCURRENT_REQUESTS: number
  openai_config: Server
  ollama_config: Server
  azure_openai_config: Server
}

/** All of it on one page. */
export interface Documents {
  retrieval: Retrieval
  extraction: Extraction
  embedding: Embedding
}

const KEYS = [
  'TEXT_SPLITTER',
  'CHUNK_SIZE',
  'CHUNK_OVERLAP',
  'CHUNK_MIN_SIZE_TARGET',
  'ENABLE_MARKDOWN_HEADER_TEXT_SPLITTER',
  'ALLOWED_FILE_EXTENSIONS',
  'FILE_MAX_SIZE',
  'FILE_MAX_COUNT',
  'BYPASS_EMBEDDING_AND_RETRIEVAL',
  'RAG_FULL_CONTEXT',
  'TOP_K',
  'ENABLE_RAG_HYBRID_SEARCH',
  'ENABLE_RAG_HYBRID_SEARCH_ENRICHED_TEXTS',
  'HYBRID_BM25_WEIGHT',
  'RAG_RERANKING_MODEL',
  'RAG_EXTERNAL_RERANKER_URL',
  'RAG_EXTERNAL_RERANKER_API_KEY',
  'RELEVANCE_THRESHOLD',
  'RAG_TEMPLATE',
] as const satisfies readonly (keyof Retrieval)[]

function picked(all: Record<string, unknown>): Retrieval {
  const ranker: Ranker = !all.RAG_RERANKING_MODEL ? '' : all.RAG_RERANKING_ENGINE ? 'external' : 'here'
  return { ...Object.fromEntries(KEYS.map((key) => [key, all[key]])), ranker } as unknown as Retrieval
}

/** As the server knows it. */
export function stored({ ranker, ...retrieval }: Retrieval): Omit<Retrieval, 'ranker'> & { RAG_RERANKING_ENGINE: string } {
  const model = ranker ? retrieval.RAG_RERANKING_MODEL.trim() : ''
  return { ...retrieval, RAG_RERANKING_MODEL: model, RAG_RERANKING_ENGINE: ranker === 'external' ? 'external' : '' }
}

export async function read(): Promise<Documents> {
  const [all, embedding] = await Promise.all([get('/api/v1/retrieval/config'), get('/api/v1/retrieval/embedding')])
  return { retrieval: picked(all), extraction: shown(all), embedding }
}

/** The engine first: what is wrong with it is said before anything changes. */
export async function write({ retrieval, extraction, embedding }: Documents): Promise<Documents> {
  await post('/api/v1/retrieval/embedding/update', { body: embedding })
  await post('/api/v1/retrieval/config/update', { body: { ...stored(retrieval), ...sent(extraction) } })
  return read()
}

/** True when every file was indexed. */
export const reindex = (): Promise<boolean> => post('/api/v1/knowledge/reindex')

/** What could not be cut, or is no address, by field. */
export function check(
  { retrieval, extraction, embedding }: Documents,
  words: Record<'size' | 'overlap' | 'url' | 'filled', string>,
): Problems {
  const problems = checkExtraction(extraction)
  if (!(retrieval.CHUNK_SIZE >= 16)) problems.CHUNK_SIZE = words.size
  if (!(retrieval.CHUNK_OVERLAP >= 0 && retrieval.CHUNK_OVERLAP < retrieval.CHUNK_SIZE)) problems.CHUNK_OVERLAP = words.overlap
  if (retrieval.ranker && !retrieval.RAG_RERANKING_MODEL.trim()) problems.RAG_RERANKING_MODEL = words.filled
  if (retrieval.ranker === 'external' && !/^https?:\/\//.test(retrieval.RAG_EXTERNAL_RERANKER_URL))
    problems.RAG_EXTERNAL_RERANKER_URL = words.url
  const server = serverOf(embedding)
  if (server && !/^https?:\/\//.test(server.url)) problems.url = words.url
  return problems
}

/** The server of the chosen engine; null for the built-in model. */
export function serverOf(embedding: Embedding): Server | null {
  const servers: Record<string, Server> = {
    openai: embedding.openai_config,
    ollama: embedding.ollama_config,
    azure_openai: embedding.azure_openai_config,
  }
  return servers[embedding.RAG_EMBEDDING_ENGINE] ?? null
}
