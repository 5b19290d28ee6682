import { readGroups } from '../groups/wire'
import { readPeople } from '../people/wire'

/** Names of people and groups by id. */
export interface Names {
  user: Record<string, string>
  group: Record<string, string>
}

/** Pages of people that are read to pick one from. */
const PAGES = 10

/** Everybody whom a budget may be for. */
export async function namesOf(): Promise<Names> {
  const [groups, user] = await Promise.all([readGroups(), people()])
  return { user, group: Object.fromEntries(groups.map((group) => [group.id, group.name])) }
}

async function people(): Promise<Record<string, string>> {
  const names: Record<string, string> = {}
  for (let page = 1; page <= PAGES; page += 1) {
    const { users, total } = await readPeople(page, '', 'name', false)
    for (const user of users) names[user.id] = user.name
    if (!users.length || Object.keys(names).length >= total) break
  }
  return names
}
