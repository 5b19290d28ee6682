import { get, post } from '../api/client'
import type { OllamaConfig, OpenAiConfig } from '../api/types'
import { connectionOf, optionsOf, type Connection, type Protocol } from './connection'

export const readOpenAi = (): Promise<OpenAiConfig> => get('/openai/config')
export const writeOpenAi = (body: OpenAiConfig): Promise<OpenAiConfig> => post('/openai/config/update', { body })
export const readOllama = (): Promise<OllamaConfig> => get('/ollama/config')
export const writeOllama = (body: OllamaConfig): Promise<OllamaConfig> => post('/ollama/config/update', { body })

/** All servers of a protocol, and whether they are used at all. */
export interface Servers {
  on: boolean
  list: Connection[]
}

type Configs = Record<string, Record<string, unknown> | undefined>

export async function readServers(protocol: Protocol): Promise<Servers> {
  return protocol === 'openai' ? ofOpenAi(await readOpenAi()) : ofOllama(await readOllama())
}

export async function writeServers(protocol: Protocol, { on, list }: Servers): Promise<Servers> {
  const urls = list.map((one) => one.url.trim())
  const configs = Object.fromEntries(list.map((one, at) => [String(at), optionsOf(one, protocol)]))
  if (protocol === 'ollama')
    return ofOllama(await writeOllama({ ENABLE_OLLAMA_API: on, OLLAMA_BASE_URLS: urls, OLLAMA_API_CONFIGS: configs }))
  const keys = list.map((one) => one.key)
  return ofOpenAi(
    await writeOpenAi({ ENABLE_OPENAI_API: on, OPENAI_API_BASE_URLS: urls, OPENAI_API_KEYS: keys, OPENAI_API_CONFIGS: configs }),
  )
}

// Databases of old versions name the options by address.
const optionsAt = (configs: Configs, at: number, url: string): Record<string, unknown> => configs[at] ?? configs[url] ?? {}

const ofOpenAi = (config: OpenAiConfig): Servers => ({
  on: config.ENABLE_OPENAI_API !== false,
  list: config.OPENAI_API_BASE_URLS.map((url, at) =>
    connectionOf(url, config.OPENAI_API_KEYS[at] ?? '', optionsAt(config.OPENAI_API_CONFIGS as Configs, at, url)),
  ),
})

const ofOllama = (config: OllamaConfig): Servers => ({
  on: config.ENABLE_OLLAMA_API !== false,
  list: config.OLLAMA_BASE_URLS.map((url, at) => {
    const options = optionsAt(config.OLLAMA_API_CONFIGS as Configs, at, url)
    return connectionOf(url, typeof options.key === 'string' ? options.key : '', options)
  }),
})

/** How many models a server offers; throws what is wrong with it. */
export async function testServer(protocol: Protocol, connection: Connection): Promise<number | null> {
  const body = { url: connection.url.trim(), key: connection.key, config: optionsOf(connection, protocol) }
  if (protocol === 'ollama') {
    // It tells its version, and models only when asked for them.
    await post('/ollama/verify', { body })
    return null
  }
  return (await post('/openai/verify', { body })).data?.length ?? 0
}

/** Adds an OpenAI-compatible server behind the others. */
export async function addOpenAi(url: string, key: string): Promise<void> {
  const { list } = await readServers('openai')
  // The built-in default without a key is only a placeholder of the contract.
  const kept = list.filter((one) => !(one.url.includes('api.openai.com') && !one.key))
  await writeServers('openai', { on: true, list: [...kept, connectionOf(url, key, {})] })
}
