/** Which protocol a server speaks. */
export type Protocol = 'openai' | 'ollama'

/** One server as its form holds it. */
export interface Connection {
  url: string
  key: string
  enabled: boolean
  /** `bearer`, `none`, or another way that is kept. */
  auth: string
  /** Put before every model's id, with a dot. */
  prefix: string
  /** The only models to offer; none: all. */
  models: string[]
  tags: string[]
  /** `external` or `local`; empty: as the protocol has it. */
  where: string
  /** Whose dialect it is: empty, `azure` or `llama.cpp`. */
  provider: string
  /** Empty: chat completions; `responses`. */
  api: string
  apiVersion: string
  /** A line each: `Name: value`. */
  headers: string
  /** What was stored, with what the form does not know. */
  kept: Record<string, unknown>
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [])

export function connectionOf(url: string, key: string, options: Record<string, unknown>): Connection {
  const tags = Array.isArray(options.tags) ? (options.tags as unknown[]) : []
  return {
    url,
    key,
    enabled: options.enable !== false,
    auth: text(options.auth_type) || 'bearer',
    prefix: text(options.prefix_id),
    models: texts(options.model_ids),
    tags: tags.map((tag) => (typeof tag === 'string' ? tag : text((tag as { name?: unknown } | null)?.name))).filter(Boolean),
    where: text(options.connection_type),
    provider: options.azure === true ? 'azure' : text(options.provider),
    api: text(options.api_type),
    apiVersion: text(options.api_version),
    headers: linesOf(options.headers),
    kept: options,
  }
}

/** What is stored for a server beside address and key. */
export function optionsOf(connection: Connection, protocol: Protocol): Record<string, unknown> {
  const { azure: _, ...kept } = connection.kept
  const all: Record<string, unknown> = {
    ...kept,
    enable: connection.enabled,
    auth_type: connection.auth,
    prefix_id: connection.prefix.trim(),
    model_ids: connection.models,
    tags: connection.tags.map((name) => ({ name })),
    connection_type: connection.where || (protocol === 'ollama' ? 'local' : 'external'),
    headers: headersOf(connection.headers) ?? {},
  }
  if (protocol === 'ollama') return { ...all, key: connection.key }
  return { ...all, provider: connection.provider, api_type: connection.api, api_version: connection.apiVersion.trim() }
}

const linesOf = (headers: unknown): string =>
  headers && typeof headers === 'object'
    ? Object.entries(headers)
        .map(([name, value]) => `${name}: ${String(value)}`)
        .join('\n')
    : ''

/** Headers of lines; null when a line is none. */
export function headersOf(lines: string): Record<string, string> | null {
  const pairs = lines
    .split('\n')
    .filter((line) => line.trim())
    .map((line) => /^\s*([\w!#$%&'*+.^`|~-]+)\s*:\s*(.*?)\s*$/.exec(line))
  if (pairs.includes(null)) return null
  return Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? '', pair?.[2] ?? '']))
}
