import { del, get, post } from '../api/client'
import type { components } from '../api/schema'
import type { Chat } from '../api/types'
import type { Annotation } from '../ratings/rating'
import type { Arena } from './arena'

type Schemas = components['schemas']
export type Entry = Omit<Schemas['LeaderboardEntry'], 'top_tags'> & { top_tags: { tag?: string; count?: number }[] }
export type Votes = Schemas['ModelHistoryEntry'][]

/** A feedback; the document leaves what was said open. */
export type Feedback = Omit<Schemas['FeedbackUserResponse'], 'data' | 'meta'> & {
  data?: (Annotation & { model_id?: string | null; sibling_model_ids?: string[] | null }) | null
  meta?: { arena?: boolean; model_id?: string; tags?: string[] } | null
}
export interface ArenaConfig {
  ENABLE_EVALUATION_ARENA_MODELS: boolean
  EVALUATION_ARENA_MODELS: Arena[]
}

/** Feedback on one page of the server's list. */
export const PAGE = 30
export const SORTS = ['updated_at', 'model_id', 'rating', 'username'] as const
export type Sort = (typeof SORTS)[number]

export const readLeaderboard = async (query: string): Promise<Entry[]> =>
  (await get('/api/v1/evaluations/leaderboard', { query: query ? { query } : {} })).entries

/** Votes day by day; 0 days are all since the first. */
export const readVotes = async (model: string, days: number): Promise<Votes> =>
  (await get('/api/v1/evaluations/leaderboard/{model_id}/history', { path: { model_id: model }, query: { days } })).history

export async function readFeedback(page: number, sort: Sort, model: string): Promise<{ items: Feedback[]; total: number }> {
  const direction = sort === 'model_id' || sort === 'username' ? 'asc' : 'desc'
  const query = { page, order_by: sort, direction, ...(model && { model_id: model }) }
  return (await get('/api/v1/evaluations/feedbacks/list', { query })) as { items: Feedback[]; total: number }
}
export const readModels = (): Promise<string[]> => get('/api/v1/evaluations/feedbacks/models')

/** The chat as it was when it was rated, if it was kept. */
export async function readSnapshot(id: string): Promise<Chat | null> {
  const { snapshot } = await get('/api/v1/evaluations/feedback/{id}', { path: { id } })
  const chat = snapshot?.chat as Chat | null | undefined
  return chat?.chat?.history?.messages ? chat : null
}
export const exported = (model: string): Promise<unknown[]> =>
  get('/api/v1/evaluations/feedbacks/all/export', { query: model ? { model_id: model } : {} })
export const deleteFeedback = (id: string): Promise<unknown> => del('/api/v1/evaluations/feedback/{id}', { path: { id } })
export const deleteAll = (): Promise<unknown> => del('/api/v1/evaluations/feedbacks/all')

export const readArena = async (): Promise<ArenaConfig> => (await get('/api/v1/evaluations/config')) as unknown as ArenaConfig
export const writeArena = async (changes: Partial<ArenaConfig>): Promise<ArenaConfig> =>
  (await post('/api/v1/evaluations/config', {
    body: changes as { EVALUATION_ARENA_MODELS?: Record<string, unknown>[] },
  })) as unknown as ArenaConfig
