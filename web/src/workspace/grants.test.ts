import { expect, it } from 'vitest'
import { levelOf, plain, sameGrants, withLevel, type Grant } from './grants'

const group: Grant = { principal_type: 'group', principal_id: 'g', permission: 'read' }
const person: Grant = { principal_type: 'user', principal_id: 'g', permission: 'read' }

it('lets somebody change a thing and takes that back, without touching others', () => {
  const open = withLevel([group, person], group, 'write')
  expect(levelOf(open, group)).toBe('write')
  expect(levelOf(open, person)).toBe('read')
  expect(open).toContainEqual(group)
  expect(sameGrants(withLevel(open, group, 'read'), [group, person])).toBe(true)
})

it('compares what is granted, not in which order', () => {
  expect(sameGrants([group, person], [person, group])).toBe(true)
  expect(sameGrants([group], [{ ...group, permission: 'write' }])).toBe(false)
})

it('sends of a grant only what somebody decided', () => {
  expect(plain([{ ...group, id: 'x', created_at: 1 } as Grant])).toEqual([group])
})
