import { del, get, post } from '../api/client'
import type { components } from '../api/schema'
import type { Grant } from '../workspace/grants'
import type { Wanted } from '../workspace/listing.svelte'

type Schemas = components['schemas']

/** A text that is kept under a command, which has no slash here. */
export type Prompt = Schemas['PromptModel']
/** The same, with whose it is and whether the reader may change it. */
export type OwnedPrompt = Schemas['PromptAccessResponse']
/** What a prompt was. */
export type Version = Schemas['PromptHistoryResponse']
export type PromptForm = Omit<Schemas['PromptForm'], 'tags' | 'access_grants'> & { tags: string[]; access_grants?: Grant[] }

const of = (id: string): { path: { prompt_id: string } } => ({ path: { prompt_id: id } })

/** Prompts that may be used: those that are switched on. */
export const usable = (): Promise<Prompt[]> => get('/api/v1/prompts/')
export const list = (query: Wanted): Promise<{ items: OwnedPrompt[]; total: number }> => get('/api/v1/prompts/list', { query })
export const tags = (): Promise<string[]> => get('/api/v1/prompts/tags')
export const one = (id: string): Promise<OwnedPrompt | null> => get('/api/v1/prompts/id/{prompt_id}', of(id))
export const create = (body: PromptForm): Promise<unknown> => post('/api/v1/prompts/create', { body })
export const update = (id: string, body: PromptForm): Promise<unknown> => post('/api/v1/prompts/id/{prompt_id}/update', { ...of(id), body })
/** Changes what a prompt is called, which is no new version. */
export const rename = (id: string, body: Schemas['PromptMetadataForm']): Promise<unknown> =>
  post('/api/v1/prompts/id/{prompt_id}/update/meta', { ...of(id), body })
export const share = (id: string, access_grants: Grant[]): Promise<unknown> =>
  post('/api/v1/prompts/id/{prompt_id}/access/update', { ...of(id), body: { access_grants } })
export const toggle = (id: string): Promise<unknown> => post('/api/v1/prompts/id/{prompt_id}/toggle', of(id))
export const erase = (id: string): Promise<unknown> => del('/api/v1/prompts/id/{prompt_id}/delete', of(id))
/** A page of the history, newest first; the first page is 0. */
export const history = (id: string, page: number): Promise<Version[]> =>
  get('/api/v1/prompts/id/{prompt_id}/history', { ...of(id), query: { page } })
/** Lines of a unified difference. */
export const difference = (id: string, from_id: string, to_id: string): Promise<{ content_diff: string[] }> =>
  get('/api/v1/prompts/id/{prompt_id}/history/diff', { ...of(id), query: { from_id, to_id } })
export const restore = (id: string, version_id: string): Promise<unknown> =>
  post('/api/v1/prompts/id/{prompt_id}/update/version', { ...of(id), body: { version_id } })
export const forget = (id: string, version: string): Promise<unknown> =>
  del('/api/v1/prompts/id/{prompt_id}/history/{history_id}', { path: { prompt_id: id, history_id: version } })
