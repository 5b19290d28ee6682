import { get, post } from '../api/client'
import type { OllamaConfig, OpenAiConfig } from '../api/types'

export const readOpenAi = (): Promise<OpenAiConfig> => get('/openai/config')
export const writeOpenAi = (body: OpenAiConfig): Promise<OpenAiConfig> => post('/openai/config/update', { body })
export const readOllama = (): Promise<OllamaConfig> => get('/ollama/config')
export const writeOllama = (body: OllamaConfig): Promise<OllamaConfig> => post('/ollama/config/update', { body })

/** How many models a server offers; throws what is wrong with it. */
export async function testOpenAi(url: string, key: string): Promise<number> {
  const answer = await post('/openai/verify', { body: { url, key } })
  return answer.data?.length ?? 0
}

/** Adds a server behind the others. */
export async function addOpenAi(url: string, key: string): Promise<void> {
  const config = await readOpenAi()
  const used = config.OPENAI_API_BASE_URLS.map((known, index) => ({ known, key: config.OPENAI_API_KEYS[index] ?? '' }))
  // The built-in default without a key is only a placeholder of the contract.
  const kept = used.filter((server) => !(server.known.includes('api.openai.com') && !server.key))
  await writeOpenAi({
    ...config,
    ENABLE_OPENAI_API: true,
    OPENAI_API_BASE_URLS: [...kept.map((server) => server.known), url],
    OPENAI_API_KEYS: [...kept.map((server) => server.key), key],
    OPENAI_API_CONFIGS: kept.length === used.length ? config.OPENAI_API_CONFIGS : {},
  })
}
