import { expect, it } from 'vitest'
import { isPublic, sameGrants, withEveryone } from './grants'

const group = { principal_type: 'group', principal_id: 'g', permission: 'write' }

it('gives a thing to everyone and takes it back without touching other grants', () => {
  const open = withEveryone([group], true)
  expect(isPublic(open)).toBe(true)
  expect(withEveryone(open, true)).toHaveLength(2)
  expect(withEveryone(open, false)).toEqual([group])
  expect(isPublic([group])).toBe(false)
})

it('compares what is granted, not in which order', () => {
  const everyone = { principal_type: 'user', principal_id: '*', permission: 'read' }
  expect(sameGrants([group, everyone], [everyone, group])).toBe(true)
  expect(sameGrants([group], [{ ...group, permission: 'read' }])).toBe(false)
})
