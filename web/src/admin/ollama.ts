import { del, get, postLines } from '../api/client'
import type { OllamaModel } from '../api/types'

/** The models on the disk of an Ollama server, which is named by its place among the connections. */
export const readOllamaModels = async (url_idx: number): Promise<OllamaModel[]> =>
  (await get('/ollama/api/tags/{url_idx}', { path: { url_idx } })).models ?? []

export const deleteOllamaModel = (url_idx: number, model: string): Promise<unknown> =>
  del('/ollama/api/delete/{url_idx}', { path: { url_idx }, body: { model } })

/** One line of what an Ollama server tells while it fetches a model. */
export interface Line {
  status?: string
  error?: string
  /** The part that is being fetched; a model has several. */
  digest?: string
  /** Bytes of this part. */
  total?: number
  completed?: number
}

export const pullLines = (url_idx: number, model: string, signal: AbortSignal): AsyncIterable<unknown> =>
  postLines('/ollama/api/pull/{url_idx}', { path: { url_idx }, body: { model }, signal })
