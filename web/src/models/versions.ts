import type { Parts } from '../api/address'
import { del, get, post } from '../api/client'
import type { Version } from '../workspace/History.svelte'

type Open = <T>(path: string, parts?: Parts) => Promise<T>
const [read, send, remove] = [get as unknown as Open, post as unknown as Open, del as unknown as Open]
const HISTORY = '/api/v1/models/model/history'
const ONE = `${HISTORY}/{history_id}`

/** A page of a model's versions, newest first; the first page is 0. */
export const history = (id: string, page: number): Promise<Version[]> => read(HISTORY, { query: { id, page: page + 1 } })
/** What a model was. */
export const snapshot = async (id: string, version: string): Promise<Record<string, unknown>> =>
  (await read<{ snapshot: Record<string, unknown> }>(ONE, { path: { history_id: version }, query: { id } })).snapshot
export const restore = (id: string, version_id: string): Promise<unknown> =>
  send('/api/v1/models/model/update/version', { query: { id }, body: { version_id } })
export const forget = (id: string, version: string): Promise<unknown> => remove(ONE, { path: { history_id: version }, query: { id } })
