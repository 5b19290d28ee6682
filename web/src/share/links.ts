import { del, get, post } from '../api/client'
import type { Chat, SharedChat, Shown } from '../api/types'
import type { Grant } from './grants'

/** A link to a chat. */
export interface Link {
  id: string
  /** It shows the chat itself as it goes on, not a copy. */
  live: boolean
}

/** What a link shows. */
export const readShown = (id: string): Promise<Shown> => get('/api/v1/chats/share/{share_id}', { path: { share_id: id } })

/** The chat's link; null when it has none. */
export async function readLink(chat: string): Promise<Link | null> {
  const { share_id: id } = await get('/api/v1/chats/{id}', { path: { id: chat } })
  return id ? { id, live: (await readShown(id)).chat.share_mode === 'continue' } : null
}

/** Makes a link, or renews what it shows. */
export async function makeLink(chat: string, live: boolean): Promise<Link | null> {
  const body = live ? { share_mode: 'continue' as const } : {}
  const made = await post('/api/v1/chats/{id}/share', { path: { id: chat }, body })
  const id = made?.share_id
  return id ? { id, live } : null
}

export const dropLink = (chat: string): Promise<unknown> => del('/api/v1/chats/{id}/share', { path: { id: chat } })
export const dropLinks = (): Promise<unknown> => del('/api/v1/chats/share/all')

export const readGrants = (chat: string): Promise<Grant[]> => get('/api/v1/chats/shared/{id}/access', { path: { id: chat } })

/** Stores who may follow the link, and answers what the server made of it: what this person may not give is left out. */
export async function writeGrants(chat: string, grants: Grant[]): Promise<Grant[]> {
  await post('/api/v1/chats/shared/{id}/access/update', { path: { id: chat }, body: { access_grants: grants } })
  return readGrants(chat)
}

export const readShared = (page: number, query: string): Promise<SharedChat[]> =>
  get('/api/v1/chats/shared', { query: { page, ...(query && { query }) } })

/** A copy of what a link shows, as a chat of one's own. */
export const takeOver = (id: string): Promise<Chat> => post('/api/v1/chats/{id}/clone/shared', { path: { id } })

/** The address that others open. */
export const addressOf = (id: string): string => new URL(`/s/${id}`, location.href).href
