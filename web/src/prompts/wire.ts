import { del, get, post } from '../api/client'
import type { Parts } from '../api/address'
import type { Grant } from '../workspace/grants'
import type { Wanted } from '../workspace/listing.svelte'

/** A text that is kept under a command. */
export interface Prompt {
  id: string
  /** Without the slash. */
  command: string
  name: string
  content: string
  tags: string[]
  user_id: string
  is_active: boolean
  /** The version of its history that is live. */
  version_id: string | null
  access_grants: Grant[]
  updated_at: number
}

/** The same, with whose it is and whether the reader may change it. */
export interface OwnedPrompt extends Prompt {
  user: { name: string } | null
  write_access: boolean
}

/** What a prompt was. */
export interface Version {
  id: string
  commit_message: string | null
  created_at: number
  user: { name: string } | null
  snapshot: { content: string }
}

export interface PromptForm {
  command: string
  name: string
  content: string
  tags: string[]
  access_grants?: Grant[]
  version_id?: string | null
  commit_message?: string | null
}

type Open = <T>(path: string, parts?: Parts) => Promise<T>
const [read, send, remove] = [get as unknown as Open, post as unknown as Open, del as unknown as Open]
const ONE = '/api/v1/prompts/id/{prompt_id}'
const of = (id: string): Parts => ({ path: { prompt_id: id } })

/** Prompts that may be used: those that are switched on. */
export const usable = (): Promise<Prompt[]> => read('/api/v1/prompts/')
export const list = (wanted: Wanted): Promise<{ items: OwnedPrompt[]; total: number }> =>
  read('/api/v1/prompts/list', { query: { ...wanted } })
export const tags = (): Promise<string[]> => read('/api/v1/prompts/tags')
export const one = (id: string): Promise<OwnedPrompt> => read(ONE, of(id))
export const create = (body: PromptForm): Promise<Prompt> => send('/api/v1/prompts/create', { body })
export const update = (id: string, body: PromptForm): Promise<Prompt> => send(`${ONE}/update`, { ...of(id), body })
/** Changes what a prompt is called, which is no new version. */
export const rename = (id: string, body: { name: string; command: string; tags: string[] }): Promise<Prompt> =>
  send(`${ONE}/update/meta`, { ...of(id), body })
export const share = (id: string, access_grants: Grant[]): Promise<Prompt> =>
  send(`${ONE}/access/update`, { ...of(id), body: { access_grants } })
export const toggle = (id: string): Promise<Prompt> => send(`${ONE}/toggle`, of(id))
export const erase = (id: string): Promise<boolean> => remove(`${ONE}/delete`, of(id))
/** A page of the history, newest first; the first page is 0. */
export const history = (id: string, page: number): Promise<Version[]> => read(`${ONE}/history`, { ...of(id), query: { page } })
/** Lines of a unified difference. */
export const difference = (id: string, from_id: string, to_id: string): Promise<{ content_diff: string[] }> =>
  read(`${ONE}/history/diff`, { ...of(id), query: { from_id, to_id } })
export const restore = (id: string, version_id: string): Promise<Prompt> =>
  send(`${ONE}/update/version`, { ...of(id), body: { version_id } })
export const forget = (id: string, version: string): Promise<boolean> =>
  remove(`${ONE}/history/{history_id}`, { path: { prompt_id: id, history_id: version } })
