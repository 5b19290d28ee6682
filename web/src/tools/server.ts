import { headersOf } from '../admin/connection'
import type { Grant } from '../share/grants'
import type { components } from '../api/schema'

export type Stored = components['schemas']['ToolServerConnection']

/** One server of tools as its form holds it. */
export interface Server {
  url: string
  path: string
  /** `bearer`, `none`, `session`, `oauth_2.1`, or another way that is kept. */
  auth: string
  key: string
  enabled: boolean
  id: string
  name: string
  description: string
  /** A line each: `Name: value`. */
  headers: string
  /** Ends of function names between commas; with `!` in front: all but these. */
  only: string
  grants: Grant[]
  /** What this installation is to the server's identity provider; sealed. */
  client: string
  /** What was stored, with what the form does not know. */
  kept: Partial<Stored>
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

export function serverOf(stored: Partial<Stored>): Server {
  const config = stored.config ?? {}
  const info = stored.info ?? {}
  const only = config.function_name_filter_list
  return {
    url: stored.url ?? '',
    path: stored.path ?? 'openapi.json',
    auth: stored.auth_type ?? 'bearer',
    key: stored.key ?? '',
    enabled: config.enable !== false,
    id: text(info.id),
    name: text(info.name),
    description: text(info.description),
    headers: linesOf(stored.headers),
    only: Array.isArray(only) ? only.filter((name) => typeof name === 'string').join(', ') : text(only),
    grants: Array.isArray(config.access_grants) ? (config.access_grants as Grant[]) : [],
    client: text(info.oauth_client_info),
    kept: stored,
  }
}

/** What is stored of a server. */
export function storedOf(server: Server): Stored {
  const { kept } = server
  const { oauth_client_info: _, ...info } = kept.info ?? {}
  return {
    ...kept,
    url: server.url.trim(),
    path: server.path.trim(),
    type: kept.type ?? 'openapi',
    auth_type: server.auth,
    key: server.key,
    headers: headersOf(server.headers) ?? {},
    config: {
      ...kept.config,
      enable: server.enabled,
      function_name_filter_list: server.only.trim(),
      access_grants: server.grants,
    },
    info: {
      ...info,
      id: server.id.trim(),
      name: server.name.trim(),
      description: server.description.trim(),
      ...(server.client && { oauth_client_info: server.client }),
    },
  }
}

/** A name as the part of an address that stands for it. */
export const idOf = (name: string): string =>
  name
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 64)

function linesOf(headers: unknown): string {
  if (!headers || typeof headers !== 'object') return ''
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${String(value)}`)
    .join('\n')
}
