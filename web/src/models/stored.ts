import { get, post } from '../api/client'
import { address } from '../api/address'
import type { components } from '../api/schema'
import type { Attached } from '../files/attached'
import type { Grant } from '../workspace/grants'

type Schemas = components['schemas']

/** A question to begin with. */
export interface Suggestion {
  content: string
  /** Two lines of a title, both of which may be empty. */
  title?: string[]
}

/** What the document leaves open in the description of a model. */
export interface Meta {
  description?: string | null
  profile_image_url?: string | null
  capabilities?: Record<string, unknown> | null
  tags?: { name: string }[]
  suggestion_prompts?: Suggestion[] | null
  /** What is searched for every question, or read whole. */
  knowledge?: Attached[] | null
  /** Tools and features that are on in a chat with it until somebody switches them off. */
  toolIds?: string[] | null
  defaultFeatureIds?: string[] | null
  /** Not offered in the picker. */
  hidden?: boolean
  /** Draws one of several models, blindly. */
  arena?: boolean
}

/** A model that somebody made over another one. */
export type StoredModel = Omit<Schemas['ModelAccessResponse'], 'meta'> & { meta: Meta }
export type ModelForm = Omit<Schemas['ModelForm'], 'meta' | 'access_grants'> & { meta: Meta; access_grants: Grant[] }

/** A page of models that the reader may see. */
export const list = async (query: { page: number; query?: string; tag?: string; view_option?: string }) => {
  const found = await get('/api/v1/models/list', { query })
  return { items: found.items as StoredModel[], total: found.total }
}
export const tags = (): Promise<string[]> => get('/api/v1/models/tags')
export const one = async (id: string): Promise<StoredModel> => (await get('/api/v1/models/model', { query: { id } })) as StoredModel
/** What administrators want new models to begin with. */
export const firstMeta = async (): Promise<Meta> => {
  const defaults = (await get('/api/v1/configs/models/defaults')) as { DEFAULT_MODEL_METADATA?: Meta | null }
  return defaults.DEFAULT_MODEL_METADATA ?? {}
}
export const create = (body: ModelForm): Promise<unknown> => post('/api/v1/models/create', { body })
export const update = (body: ModelForm): Promise<unknown> => post('/api/v1/models/model/update', { body })
export const toggle = (id: string): Promise<unknown> => post('/api/v1/models/model/toggle', { query: { id } })
export const erase = (id: string): Promise<unknown> => post('/api/v1/models/model/delete', { body: { id } })

/** Where the picture of a model is; `version` changes with it. */
export const picture = (id: string, version: number): string => address('/api/v1/models/model/profile/image', { query: { id, v: version } })

/** All models that the reader may change, for a file. */
export const exported = async (): Promise<StoredModel[]> => (await get('/api/v1/models/export')) as StoredModel[]
export const imported = (models: Record<string, unknown>[]): Promise<unknown> => post('/api/v1/models/import', { body: { models } })
