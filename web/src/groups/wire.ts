import { del, get, post } from '../api/client'
import type { Parts } from '../api/address'
import type { Tree } from './permissions'

/** Who may share things with a group: everybody, whoever is in it, or nobody. */
export type Sharing = boolean | 'members'

export interface Group {
  id: string
  name: string
  description: string
  parent_group_id: string | null
  permissions: Tree | null
  data: { config?: { share?: Sharing } & Record<string, unknown> } | null
  member_count?: number | null
}

export interface Member {
  id: string
  name: string
  email: string
  membership_type: 'direct' | 'inherited'
}

export interface Members {
  items: Member[]
  total: number
  counts: Record<string, number>
}

type Ask = <T>(path: string, parts?: Parts) => Promise<T>
const [read, send, drop] = [get as unknown as Ask, post as unknown as Ask, del as unknown as Ask]

export const readGroups = (): Promise<Group[]> => read('/api/v1/groups/')
export const readGroup = (id: string): Promise<Group> => read('/api/v1/groups/id/{id}', { path: { id } })
export const makeGroup = (name: string, description: string): Promise<Group> =>
  send('/api/v1/groups/create', { body: { name, description } })
export const deleteGroup = (id: string): Promise<unknown> => drop('/api/v1/groups/id/{id}/delete', { path: { id } })

/** Stores what is named; the rest of the group stays as it is. */
export const changeGroup = (
  { id, name, description }: Group,
  change: Partial<Pick<Group, 'name' | 'description' | 'parent_group_id' | 'permissions' | 'data'>>,
): Promise<Group> => send('/api/v1/groups/id/{id}/update', { path: { id }, body: { name, description, ...change } })

/** People whom the group reaches, also through groups that are part of it. */
export const readMembers = (id: string, query: string, page: number): Promise<Members> =>
  read('/api/v1/groups/id/{id}/members', { path: { id }, query: { query, page } })

export const addMembers = (id: string, people: string[]): Promise<Group> =>
  send('/api/v1/groups/id/{id}/users/add', { path: { id }, body: { user_ids: people } })
export const removeMembers = (id: string, people: string[]): Promise<Group> =>
  send('/api/v1/groups/id/{id}/users/remove', { path: { id }, body: { user_ids: people } })

/** The groups that somebody was put into. */
export const readGroupsOf = (id: string): Promise<Pick<Group, 'id' | 'name'>[]> =>
  read('/api/v1/users/{user_id}/groups', { path: { user_id: id } })

export const readDefaults = (): Promise<Tree> => read('/api/v1/users/default/permissions')
/** What the server was started with. */
export const readFirst = (): Promise<Tree> => read('/api/v1/users/default/permissions/defaults')
export const writeDefaults = (tree: Tree): Promise<Tree> => send('/api/v1/users/default/permissions', { body: tree })
