import { expect, it } from 'vitest'
import { added, chosen, circleOf, opened, removed, writes, writing, type Grant } from './grants'

const ada: Grant = { principal_type: 'user', principal_id: 'ada', permission: 'read' }
const adaWrites: Grant = { ...ada, permission: 'write' }
const team: Grant = { principal_type: 'group', principal_id: 'team', permission: 'read' }

it('opens wider and narrower without losing who was chosen', () => {
  expect(circleOf([ada])).toBe('chosen')
  const users = opened([ada, team], 'users')
  expect(circleOf(users)).toBe('users')
  const anyone = opened(users, 'anyone')
  expect(circleOf(anyone)).toBe('anyone')
  expect(opened(anyone, 'chosen')).toEqual([ada, team])
})

it('names each person and group once', () => {
  expect(chosen(opened([ada, adaWrites, team], 'anyone'))).toEqual([ada, team])
})

it('adds nobody twice, and removes whatever somebody was allowed', () => {
  expect(added([adaWrites], ada)).toEqual([adaWrites])
  expect(added([ada], team)).toEqual([ada, team])
  expect(removed([ada, adaWrites, team], ada)).toEqual([team])
})

it('lets somebody write besides reading, and takes it back', () => {
  const list = writing([ada, team], ada, true)
  expect(list).toEqual([ada, team, adaWrites])
  expect([writes(list, ada), writes(list, team)]).toEqual([true, false])
  expect(writing(list, ada, true)).toEqual(list)
  expect(writing(list, ada, false)).toEqual([ada, team])
})
