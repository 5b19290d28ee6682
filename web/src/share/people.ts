import { get } from '../api/client'
import type { Grant } from './grants'

/** A person or a group that something can be shared with. */
export interface Reader {
  type: 'user' | 'group'
  id: string
  name: string
  /** What tells namesakes apart. */
  hint?: string
}

const reader = (user: { id: string; name: string; email: string }): Reader => ({
  type: 'user',
  id: user.id,
  name: user.name,
  hint: user.email,
})

/** People whose name or email has these words in it. */
export async function findPeople(query: string, signal?: AbortSignal): Promise<Reader[]> {
  const { users } = await get('/api/v1/users/search', { query: { query, page: 1 }, ...(signal ? { signal } : {}) })
  return users.map(reader)
}

/** Groups that this person may share with. */
export async function readGroups(): Promise<Reader[]> {
  const groups = await get('/api/v1/groups/', { query: { share: true } })
  return groups.map(({ id, name }) => ({ type: 'group', id, name }))
}

/** Who a grant names; somebody who is gone is shown by the id. */
export async function readReader({ principal_type: type, principal_id: id }: Grant): Promise<Reader> {
  try {
    if (type === 'group') {
      const group = await get('/api/v1/groups/id/{id}/info', { path: { id } })
      return { type, id, name: group?.name ?? id }
    }
    return reader(await get('/api/v1/users/{user_id}/info', { path: { user_id: id } }))
  } catch {
    return { type: type === 'group' ? 'group' : 'user', id, name: id }
  }
}
