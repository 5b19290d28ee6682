/** Who may see something: one line of its access list. */
export type Grant = {
  principal_type: 'user' | 'group' | 'anyone'
  principal_id: string
  permission: 'read' | 'write'
}

/** How far something is open: to those who were chosen, to everybody with an account, or to the world. */
export type Circle = 'chosen' | 'users' | 'anyone'

const EVERYBODY = '*'
const isWide = (grant: Grant): boolean => grant.principal_id === EVERYBODY

export function circleOf(grants: Grant[]): Circle {
  const wide = grants.filter((grant) => isWide(grant) && grant.permission === 'read')
  if (wide.some((grant) => grant.principal_type === 'anyone')) return 'anyone'
  return wide.some((grant) => grant.principal_type === 'user') ? 'users' : 'chosen'
}

/** The same list, open this far; whoever was chosen stays chosen. */
export function opened(grants: Grant[], circle: Circle): Grant[] {
  const rest = grants.filter((grant) => !isWide(grant))
  if (circle === 'chosen') return rest
  return [...rest, { principal_type: circle === 'users' ? 'user' : 'anyone', principal_id: EVERYBODY, permission: 'read' }]
}

/** People and groups that were chosen, each once. */
export function chosen(grants: Grant[]): Grant[] {
  const seen = new Set<string>()
  return grants.filter((grant) => {
    const key = `${grant.principal_type}:${grant.principal_id}`
    if (isWide(grant) || seen.has(key)) return false
    seen.add(key)
    return true
  })
}

const same = (one: Grant, other: Grant): boolean => one.principal_type === other.principal_type && one.principal_id === other.principal_id

export const added = (grants: Grant[], grant: Grant): Grant[] => (grants.some((one) => same(one, grant)) ? grants : [...grants, grant])

/** Without a person or group, whatever they were allowed. */
export const removed = (grants: Grant[], grant: Grant): Grant[] => grants.filter((one) => !same(one, grant))

/** Whether a person or group may write too. */
export const writes = (grants: Grant[], grant: Grant): boolean => grants.some((one) => same(one, grant) && one.permission === 'write')

/** The same list, with a person or group allowed to write, or to read only. */
export function writing(grants: Grant[], grant: Grant, may: boolean): Grant[] {
  const rest = grants.filter((one) => !same(one, grant) || one.permission !== 'write')
  return may ? [...rest, { ...grant, permission: 'write' }] : rest
}
