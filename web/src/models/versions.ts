import { del, get, post } from '../api/client'
import type { components } from '../api/schema'

type Version = components['schemas']['ModelHistoryResponse']

/** A page of a model's versions, newest first; the first page is 0. */
export const history = (id: string, page: number): Promise<Version[]> =>
  get('/api/v1/models/model/history', { query: { id, page: page + 1 } })
/** What a model was. */
export const snapshot = async (id: string, version: string): Promise<Record<string, unknown>> =>
  (await get('/api/v1/models/model/history/{history_id}', { path: { history_id: version }, query: { id } })).snapshot
export const restore = (id: string, version_id: string): Promise<unknown> =>
  post('/api/v1/models/model/update/version', { query: { id }, body: { version_id } })
export const forget = (id: string, version: string): Promise<unknown> =>
  del('/api/v1/models/model/history/{history_id}', { path: { history_id: version }, query: { id } })
