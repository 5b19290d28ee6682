import { del, get } from '../api/client'
import type { Wanted } from '../workspace/listing.svelte'
import type { Stored } from './attached'

const PAGE = 50

/** A page of one's own files, newest first; `total` says only whether there are more while they are searched. */
export async function list({ query, page }: Wanted): Promise<{ items: Stored[]; total: number }> {
  const skip = (page - 1) * PAGE
  const words = query?.trim()
  // A star stands for any text.
  const asked = { filename: words ? `*${words}*` : '*', skip, limit: PAGE, content: false }
  const items = await get('/api/v1/files/user/search', { query: asked })
  const total = words ? skip + items.length + (items.length === PAGE ? 1 : 0) : await get('/api/v1/files/user/count')
  return { items, total }
}

export const erase = (id: string): Promise<unknown> => del('/api/v1/files/{id}', { path: { id } })
