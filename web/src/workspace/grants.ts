import { removed, type Grant } from '../share/grants'

export type { Grant }
/** What somebody may do: use a thing, or change it, too. */
export type Level = Grant['permission']

/** What the server is told: the parts of a grant that are anybody's choice. */
export const plain = (grants: { principal_type: string; principal_id: string; permission: string }[]): Grant[] =>
  grants.map(({ principal_type, principal_id, permission }) => ({ principal_type, principal_id, permission }) as Grant)

/** What was granted to the person or group of a grant. */
export const levelOf = (grants: Grant[], { principal_type, principal_id }: Grant): Level =>
  grants.some((one) => one.principal_type === principal_type && one.principal_id === principal_id && one.permission === 'write')
    ? 'write'
    : 'read'

/** The same grants, but the person or group of one has this level. Who may change a thing may also use it. */
export function withLevel(grants: Grant[], grant: Grant, level: Level): Grant[] {
  const own: Grant[] = [{ ...grant, permission: 'read' }, ...(level === 'write' ? [{ ...grant, permission: level }] : [])]
  return [...removed(grants, grant), ...own]
}

/** Whether two lists say the same, in whatever order. */
export function sameGrants(one: Grant[], other: Grant[]): boolean {
  const key = (grants: Grant[]): string =>
    grants
      .map((grant) => [grant.principal_type, grant.principal_id, grant.permission].join(' '))
      .sort()
      .join('\n')
  return key(one) === key(other)
}
