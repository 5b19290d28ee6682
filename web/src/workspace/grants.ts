/** Who else may use a thing, and whether they may change it. */
export type Grant = {
  /** `user` or `group`. */
  principal_type: string
  /** An id; `*` is everyone who is signed in. */
  principal_id: string
  /** `read` or `write`; who may write has both. */
  permission: string
}

const ofEveryone = (grant: Grant): boolean => grant.principal_type === 'user' && grant.principal_id === '*'

/** Whether everyone may use the thing. */
export const isPublic = (grants: Grant[]): boolean => grants.some((grant) => ofEveryone(grant) && grant.permission === 'read')

/** The same grants with or without everyone; all others stay. */
export function withEveryone(grants: Grant[], everyone: boolean): Grant[] {
  const others = grants.filter((grant) => !ofEveryone(grant))
  return everyone ? [...others, { principal_type: 'user', principal_id: '*', permission: 'read' }] : others
}

/** What the server is told: the parts of a grant that are anybody's choice. */
export const plain = (grants: Grant[]): Grant[] =>
  grants.map(({ principal_type, principal_id, permission }) => ({ principal_type, principal_id, permission }))

/** Whether two lists say the same, in whatever order. */
export function sameGrants(one: Grant[], other: Grant[]): boolean {
  const key = (grants: Grant[]): string =>
    grants
      .map((grant) => [grant.principal_type, grant.principal_id, grant.permission].join(' '))
      .sort()
      .join('\n')
  return key(one) === key(other)
}
