import { del, get, post } from '../api/client'
import type { UserRow } from '../api/types'

export const ROLES = ['pending', 'user', 'admin'] as const
export type Role = (typeof ROLES)[number]

export interface NewPerson {
  name: string
  email: string
  password: string
  role: Role
}

/** People on one page of the server's list. */
export const PAGE = 30
export const SORTS = ['created_at', 'name', 'email', 'role', 'last_active_at'] as const
export type Sort = (typeof SORTS)[number]

export const readPeople = (page: number, query: string, sort: Sort, down: boolean): Promise<{ users: UserRow[]; total: number }> =>
  get('/api/v1/users/', { query: { page, ...(query && { query }), order_by: sort, direction: down ? 'desc' : 'asc' } })

export const addPerson = (body: NewPerson): Promise<unknown> => post('/api/v1/auths/add', { body })

/** Stores what is named; the rest of the account stays as it is. */
export const changePerson = (id: string, body: Partial<NewPerson>): Promise<unknown> =>
  post('/api/v1/users/{user_id}/update', { path: { user_id: id }, body })

export const removePerson = (id: string): Promise<unknown> => del('/api/v1/users/{user_id}', { path: { user_id: id } })
/** Ends every session of somebody. */
export const signOutPerson = (id: string): Promise<unknown> => post('/api/v1/users/{user_id}/sessions/revoke', { path: { user_id: id } })
