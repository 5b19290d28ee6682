import { del, get, post } from '../api/client'
import type { components } from '../api/schema'
import type { Grant } from '../workspace/grants'
import type { Wanted } from '../workspace/listing.svelte'

type Schemas = components['schemas']

/** A knowledge base, with whose it is, how many files it has, and whether the reader may change it. */
export type Knowledge = Schemas['KnowledgeAccessResponse']
export type OneKnowledge = Schemas['KnowledgeFilesResponse']
/** What is in a directory of one. */
export type Contents = Schemas['KnowledgeFileListResponse']
export type Directory = Schemas['KnowledgeDirectoryModel']
export type InKnowledge = Schemas['FileUserResponse']

const of = (id: string): { path: { id: string } } => ({ path: { id } })

export const list = ({ query, view_option, page }: Wanted): Promise<{ items: Knowledge[]; total: number }> =>
  get('/api/v1/knowledge/search', { query: { page, ...(query && { query }), ...(view_option && { view_option }) } })
export const one = (id: string): Promise<OneKnowledge | null> => get('/api/v1/knowledge/{id}', of(id))
export const create = (name: string, description: string, access_grants: Grant[]): Promise<Schemas['KnowledgeResponse'] | null> =>
  post('/api/v1/knowledge/create', { body: { name, description, access_grants } })
export const update = (id: string, name: string, description: string): Promise<unknown> =>
  post('/api/v1/knowledge/{id}/update', { ...of(id), body: { name, description } })
export const share = (id: string, access_grants: Grant[]): Promise<unknown> =>
  post('/api/v1/knowledge/{id}/access/update', { ...of(id), body: { access_grants } })
export const erase = (id: string): Promise<unknown> => del('/api/v1/knowledge/{id}/delete', of(id))

/** A page of a directory (empty for the top), or of all files that have the words in their names. */
export const contents = (id: string, wanted: { directory_id?: string; query?: string; page: number; limit: number }): Promise<Contents> =>
  get('/api/v1/knowledge/{id}/files', { ...of(id), query: { ...wanted, order_by: 'name', direction: 'asc' } })
/** How far files are that were uploaded for a knowledge base; those that nobody knows are left out. */
export const outcomes = (ids: string[]): Promise<Schemas['FileOutcome'][]> => post('/api/v1/airis/files/outcomes', { body: { ids } })
/** Takes a file out, and deletes it where nothing else has it. */
export const remove = (id: string, file_id: string): Promise<unknown> =>
  post('/api/v1/knowledge/{id}/file/remove', { ...of(id), query: { delete_file: true }, body: { file_id } })
export const makeDirectory = (id: string, name: string, parent_id: string | null): Promise<unknown> =>
  post('/api/v1/knowledge/{id}/dirs/create', { ...of(id), body: { name, parent_id } })
export const eraseDirectory = (id: string, dir_id: string): Promise<unknown> =>
  del('/api/v1/knowledge/{id}/dirs/{dir_id}/delete', { path: { id, dir_id } })
