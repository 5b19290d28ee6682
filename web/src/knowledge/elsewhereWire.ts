import { del, get, patch, post } from '../api/client'
import type { components } from '../api/schema'
import type { Grant } from '../workspace/grants'
import { connectionOf, sourceOf, type Fields, type Passage, type Server } from './elsewhere'

type Made = components['schemas']['KnowledgeResponse'] | null

export const servers = async (): Promise<Server[]> => (await get('/api/v1/knowledge/external/connections')).items as unknown as Server[]
export const forget = (id: string): Promise<unknown> => del('/api/v1/knowledge/external/connections/{id}', { path: { id } })

/** Names of what a server has. */
export async function collections(id: string): Promise<string[]> {
  const told: Record<string, unknown> = await post('/api/v1/knowledge/external/connections/{id}/test', { path: { id } })
  return Array.isArray(told.collections) ? told.collections.map(String) : []
}

/** What a question finds, before anything is stored. */
export async function ask(fields: Fields): Promise<Passage[]> {
  const connection = connectionOf(fields, fields.endpoint || fields.provider)
  const body = { connection_id: fields.server || null, connection, source: sourceOf(fields), query: fields.question, count: 3 }
  const told: Record<string, unknown> = await post('/api/v1/knowledge/external/source/test', { body })
  return told.results as Passage[]
}

/** What it is called, what it is about, and with whom it is shared. */
interface About {
  name: string
  description: string
  access_grants: Grant[]
}

/** A new knowledge base, on a server that is known or on a new one. */
export const make = (fields: Fields, about: About): Promise<Made> =>
  fields.server
    ? post('/api/v1/knowledge/external/knowledge/create', {
        body: { ...about, connection_id: fields.server, source: sourceOf(fields) },
      })
    : post('/api/v1/knowledge/external/source/create', {
        body: {
          ...about,
          connection: connectionOf(fields, about.name),
          source: sourceOf(fields),
          test_query: fields.question,
          test_count: 1,
        },
      })

/** Changes a stored one with its server, whose name stays. */
export const change = (id: string, fields: Fields, server: string, about: About): Promise<Made> =>
  patch('/api/v1/knowledge/external/source/{id}', {
    path: { id },
    body: { ...about, connection: connectionOf(fields, server), source: sourceOf(fields), test_query: fields.question, test_count: 1 },
  })
