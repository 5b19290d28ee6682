import { del, get, post } from '../api/client'
import { plain, type Grant } from '../workspace/grants'
import type { Wanted } from '../workspace/listing.svelte'
import { line, note, revisionOf, type Line, type Note, type Told } from './told'

type Loose = (path: string, parts?: { path?: Record<string, string>; query?: Record<string, unknown>; body?: unknown }) => Promise<unknown>
// What the document says of notes leaves their data open; their shapes are in `told.ts`.
const asks = { get, post, del } as unknown as Record<'get' | 'post' | 'del', Loose>

const of = (id: string): { path: { id: string } } => ({ path: { id } })

export const one = async (id: string): Promise<Note> => note((await asks.get('/api/v1/notes/{id}', of(id))) as Told)
const pinned = async (): Promise<Line[]> => ((await asks.get('/api/v1/notes/pinned')) as Told[]).map(line)

/** A page of notes. As long as nothing narrows the list, pinned ones stand first. */
export async function list({ query, view_option, page }: Wanted): Promise<{ items: Line[]; total: number }> {
  const asked = asks.get('/api/v1/notes/search', { query: { query, view_option, page } }) as Promise<{ items: Told[]; total: number }>
  if (query || view_option) {
    const { items, total } = await asked
    return { items: items.map(line), total }
  }
  const [{ items, total }, first] = await Promise.all([asked, page === 1 ? pinned() : []])
  return { items: [...first, ...items.map(line).filter((one) => !one.pinned)], total }
}

/** Makes an empty note. */
export async function create(): Promise<string> {
  const made = (await asks.post('/api/v1/notes/create', { body: { title: '', data: { content: { md: '' } } } })) as Told
  return made.id
}

/** Saves what differs; refused (409) when the note is no longer at `revision`. */
export async function save(id: string, change: { title?: string; text?: string }, revision: number): Promise<number> {
  const { title, text } = change
  const body = { ...(title !== undefined && { title }), ...(text !== undefined && { data: { content: { md: text } } }) }
  return revisionOf((await asks.post('/api/v1/notes/{id}/update', { ...of(id), query: { revision }, body })) as Told)
}

/** Who may read and change it from now on, as far as the server let it be. */
export async function share(id: string, access_grants: Grant[]): Promise<Grant[]> {
  const told = (await asks.post('/api/v1/notes/{id}/access/update', { ...of(id), body: { access_grants } })) as Told
  return plain(told.access_grants ?? [])
}

/** Pins it, or takes the pin out; whether it is pinned then. */
export const pin = async (id: string): Promise<boolean> => ((await asks.post('/api/v1/notes/{id}/pin', of(id))) as Told).is_pinned === true
export const erase = (id: string): Promise<unknown> => asks.del('/api/v1/notes/{id}/delete', of(id))
