import { get, post } from '../api/client'
import { serverOf, storedOf, type Server, type Stored } from './server'

export const readServers = async (): Promise<Server[]> => (await get('/api/v1/configs/tool_servers')).TOOL_SERVER_CONNECTIONS.map(serverOf)

export async function writeServers(servers: Server[]): Promise<Server[]> {
  const body = { TOOL_SERVER_CONNECTIONS: servers.map(storedOf) }
  return (await post('/api/v1/configs/tool_servers', { body })).TOOL_SERVER_CONNECTIONS.map(serverOf)
}

/** How many functions a server offers; throws what is wrong with it. */
export async function testServer(server: Server): Promise<number> {
  const found = (await post('/api/v1/configs/tool_servers/verify', { body: storedOf(server) })) as Found
  if (found.specs) return found.specs.length
  const operations = Object.values(found.paths ?? {}).flatMap((path) => Object.values(path ?? {}))
  return operations.filter((one) => typeof one === 'object' && one !== null && 'operationId' in one).length
}

type Found = { specs?: unknown[]; paths?: Record<string, Record<string, unknown> | null> }

/** Makes this installation known to the identity provider of a server; what is to be kept of that. */
export async function register(server: Server): Promise<string> {
  const body = { url: server.url.trim(), client_id: server.id.trim() }
  // The address is younger than the document that types the others.
  const answer = (await post('/api/v1/configs/oauth/clients/register' as '/api/v1/configs/tool_servers/verify', {
    body: body as unknown as Stored,
  })) as { oauth_client_info: string }
  return answer.oauth_client_info
}
