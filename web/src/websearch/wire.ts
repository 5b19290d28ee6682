import { get, post } from '../api/client'
import { shown, type WebSettings } from './settings'

export async function read(): Promise<WebSettings> {
  const all: Record<string, unknown> = await get('/api/v1/retrieval/config')
  return shown((all.web ?? {}) as Record<string, unknown>)
}

export async function write({ own, ...rest }: WebSettings): Promise<WebSettings> {
  await post('/api/v1/retrieval/config/update', { body: { web: { ...rest, ...own } as object } })
  return read()
}
