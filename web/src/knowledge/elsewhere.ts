import type { components } from '../api/schema'

type Schemas = components['schemas']

/** A server of somebody else as it is stored; of its credentials only the names are known. */
export interface Server {
  id: string
  name: string
  provider: string
  endpoint: string
  auth_config: Record<string, string> | null
  config: Record<string, unknown> | null
  enabled: boolean
}

/** Where a knowledge base lies, as its `meta` says. */
interface Place {
  connection_id: string
  source: { name?: string; config?: Record<string, unknown> } | null
}

/** A passage that a trial found. */
export interface Passage {
  id: string
  text: string
  score: number
}

/** What the page's fields hold. */
export interface Fields {
  /** A server that is known; empty: a new one. */
  server: string
  provider: string
  endpoint: string
  key: string
  user: string
  database: string
  collection: string
  vector: string
  text: string
  metadata: string
  filter: string
  question: string
}

export const PRODUCTS = [
  { value: 'qdrant', name: 'Qdrant', example: 'http://qdrant:6333' },
  { value: 'milvus', name: 'Milvus', example: 'http://milvus:19530' },
  { value: 'pgvector', name: 'PostgreSQL (pgvector)', example: 'postgresql://host:5432/database' },
]

export const EMPTY: Fields = {
  server: '',
  provider: 'qdrant',
  endpoint: '',
  key: '',
  user: '',
  database: '',
  collection: '',
  vector: '',
  text: '',
  metadata: '',
  filter: '',
  question: '',
}

/** Whether the passages of a knowledge base lie elsewhere, and where. */
export function placeOf(meta: unknown): Place | null {
  const known = meta as { source?: unknown; external?: Place } | null | undefined
  return known?.source === 'external' ? (known.external ?? { connection_id: '', source: null }) : null
}

const word = (value: unknown): string => (typeof value === 'string' ? value : '')

/** The fields of a stored place, on the server that it is on. */
export function fieldsOf(place: Place, server: Server | undefined): Fields {
  const config = place.source?.config ?? {}
  const filter = Object.entries((config.filter ?? {}) as Record<string, unknown>)
  return {
    ...EMPTY,
    ...(server && onServer(server)),
    collection: word(place.source?.name),
    vector: word(config.vector_field),
    text: word(config.text_field),
    metadata: word(config.metadata_field),
    filter: filter.map(([name, value]) => `${name}=${String(value)}`).join(', '),
  }
}

/** What is known of a server. */
export function onServer(server: Server): Partial<Fields> {
  const { id, provider, endpoint } = server
  return { server: id, provider, endpoint, key: '', user: word(server.auth_config?.username), database: word(server.config?.database) }
}

/** `name=value` with commas between. */
export function filterOf(text: string): Record<string, string> {
  const pairs = text.split(',').flatMap((written): [string, string][] => {
    const pair = written.trim()
    const at = pair.indexOf('=')
    return at > 0 ? [[pair.slice(0, at).trim(), pair.slice(at + 1).trim()]] : []
  })
  return Object.fromEntries(pairs)
}

/** The server as it is sent; an empty key leaves the one that is stored. */
export function connectionOf(fields: Fields, name: string): Schemas['ExternalKnowledgeConnectionForm'] {
  const { provider, endpoint, key, user, database } = fields
  const auth: Record<string, string> =
    provider === 'pgvector' || user ? { ...(user && { username: user }), password: key } : { api_key: key }
  const config = database.trim() ? { database: database.trim() } : {}
  return { name, provider, endpoint: endpoint.trim(), auth_config: auth, config, enabled: true }
}

/** The place as it is sent. */
export function sourceOf(fields: Fields): Schemas['ExternalKnowledgeSourceForm'] {
  const filter = filterOf(fields.filter)
  const named = { vector_field: fields.vector, text_field: fields.text, metadata_field: fields.metadata }
  const config: Record<string, unknown> = Object.fromEntries(Object.entries(named).filter(([, name]) => name.trim()))
  if (Object.keys(filter).length) config.filter = filter
  return { type: fields.provider === 'pgvector' ? 'table' : 'collection', name: fields.collection.trim(), config }
}
