import { del, get, post } from '../api/client'
import type { Answer } from '../api/contract'
import type { Group } from '../api/types'
import type { Section, Tree } from './permissions'

export type { Group }
export type Members = Answer<'get', '/api/v1/groups/id/{id}/members'>

/** Who may share things with a group: everybody, whoever is in it, or nobody. */
export type Sharing = boolean | 'members'

export const readGroups = (): Promise<Group[]> => get('/api/v1/groups/')
export const readGroup = (id: string): Promise<Group> => get('/api/v1/groups/id/{id}', { path: { id } })
export const makeGroup = (name: string, description: string): Promise<Group> =>
  post('/api/v1/groups/create', { body: { name, description } })
export const deleteGroup = (id: string): Promise<unknown> => del('/api/v1/groups/id/{id}/delete', { path: { id } })

/** Stores what is named; the rest of the group stays as it is. */
export const changeGroup = (
  { id, name, description }: Group,
  change: Partial<Pick<Group, 'name' | 'description' | 'parent_group_id' | 'permissions' | 'data'>>,
): Promise<Group> => post('/api/v1/groups/id/{id}/update', { path: { id }, body: { name, description, ...change } })

/** People whom the group reaches, also through groups that are part of it. */
export const readMembers = (id: string, query: string, page: number): Promise<Members> =>
  get('/api/v1/groups/id/{id}/members', { path: { id }, query: { query, page } })

export const addMembers = (id: string, people: string[]): Promise<unknown> =>
  post('/api/v1/groups/id/{id}/users/add', { path: { id }, body: { user_ids: people } })
export const removeMembers = (id: string, people: string[]): Promise<unknown> =>
  post('/api/v1/groups/id/{id}/users/remove', { path: { id }, body: { user_ids: people } })

/** The groups that somebody was put into. */
export const readGroupsOf = (id: string): Promise<Pick<Group, 'id' | 'name'>[]> =>
  get('/api/v1/users/{user_id}/groups', { path: { user_id: id } })

export const readDefaults = (): Promise<Tree> => get('/api/v1/users/default/permissions')
/** What the server was started with. */
export const readFirst = (): Promise<Tree> => get('/api/v1/users/default/permissions/defaults')
/** The tree is one that was read: it has every section. */
export const writeDefaults = (tree: Tree): Promise<Tree> =>
  post('/api/v1/users/default/permissions', { body: tree as Record<Section, Tree[string]> })
