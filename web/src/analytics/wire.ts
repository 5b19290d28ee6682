import { get } from '../api/client'
import type { Answer } from '../api/contract'
import type { Piece } from '../charts/scale'
import type { Span } from './range'

export type Metric = 'messages' | 'tokens'
export type Summary = Answer<'get', '/api/v1/analytics/summary'>
export type Tokens = Answer<'get', '/api/v1/analytics/tokens'>
/** A chat in which a model answered. */
export type ModelChat = Answer<'get', '/api/v1/analytics/models/{model_id}/chats'>['chats'][number]
export type Person = Answer<'get', '/api/v1/analytics/users'>['users'][number]

/** What one model did. */
export interface ModelUse {
  id: string
  replies: number
  people: number
  chats: number
  input: number
  output: number
}

/** Everything that the page shows of a time. */
export interface Use {
  summary: Summary
  tokens: Tokens
  models: ModelUse[]
  people: Person[]
  pieces: Piece[]
}

export async function readUse(span: Span, group: string, metric: Metric, hourly: boolean): Promise<Use> {
  const query = { ...span, ...(group && { group_id: group }) }
  const [summary, tokens, found, people, daily] = await Promise.all([
    get('/api/v1/analytics/summary', { query }),
    get('/api/v1/analytics/tokens', { query }),
    get('/api/v1/analytics/models', { query }),
    get('/api/v1/analytics/users', { query: { ...query, metric } }),
    get('/api/v1/analytics/daily', { query: { ...query, metric, granularity: hourly ? 'hourly' : 'daily' } }),
  ])
  const spent = new Map(tokens.models.map((model) => [model.model_id, model]))
  const models = found.models.map((model): ModelUse => ({
    id: model.model_id,
    replies: model.count,
    people: model.unique_users ?? 0,
    chats: model.unique_chats ?? 0,
    input: spent.get(model.model_id)?.input_tokens ?? 0,
    output: spent.get(model.model_id)?.output_tokens ?? 0,
  }))
  const weight = (model: ModelUse): number => (metric === 'tokens' ? model.input + model.output : model.replies)
  models.sort((one, other) => weight(other) - weight(one))
  return { summary, tokens, models, people: people.users, pieces: daily.data.map(({ date, models: values }) => ({ date, values })) }
}

/** Chats read at once. */
const PART = 30
/** Days over which tags are counted. */
const TAG_DAYS = 365

export const readModelChats = async (
  model: string,
  span: Span,
  skip: number,
): Promise<Answer<'get', '/api/v1/analytics/models/{model_id}/chats'>> =>
  get('/api/v1/analytics/models/{model_id}/chats', { path: { model_id: model }, query: { ...span, skip, limit: PART } })

export async function readModelTags(model: string): Promise<{ tag: string; count: number }[]> {
  const path = { model_id: model }
  return (await get('/api/v1/analytics/models/{model_id}/overview', { path, query: { days: TAG_DAYS } })).tags
}
