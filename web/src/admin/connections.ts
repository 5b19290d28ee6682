import { get, post } from '../api/client'

/** Settings of all servers of one kind, as the contract names them. */
export interface OpenAiConfig {
  ENABLE_OPENAI_API: boolean
  OPENAI_API_BASE_URLS: string[]
  OPENAI_API_KEYS: string[]
  OPENAI_API_CONFIGS: Record<string, Record<string, unknown>>
}
export interface OllamaConfig {
  ENABLE_OLLAMA_API: boolean
  OLLAMA_BASE_URLS: string[]
  OLLAMA_API_CONFIGS: Record<string, Record<string, unknown>>
}

export const readOpenAi = (): Promise<OpenAiConfig> => get('/openai/config')
export const writeOpenAi = (config: OpenAiConfig): Promise<OpenAiConfig> => post('/openai/config/update', config)
export const readOllama = (): Promise<OllamaConfig> => get('/ollama/config')
export const writeOllama = (config: OllamaConfig): Promise<OllamaConfig> => post('/ollama/config/update', config)

/** How many models a server offers; throws what is wrong with it. */
export async function testOpenAi(url: string, key: string): Promise<number> {
  const answer = await post<{ data?: unknown[] }>('/openai/verify', { url, key })
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
