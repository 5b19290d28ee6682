import { expect, it } from 'vitest'
import type { Message } from '../api/types'
import { adopt, branch, leafOf, siblings, type Messages } from './tree'

const node = (id: string, parentId: string | null, childrenIds: string[], role: Message['role']): Message => ({
  id,
  parentId,
  childrenIds,
  role,
  content: id,
})
const tree = (): Messages => ({
  q: node('q', null, ['a', 'b'], 'user'),
  a: node('a', 'q', [], 'assistant'),
  b: node('b', 'q', ['r'], 'assistant'),
  r: node('r', 'b', [], 'user'),
})

it('shows the branch of the leaf, root first', () => {
  expect(branch(tree(), 'r').map((message) => message.id)).toEqual(['q', 'b', 'r'])
  expect(branch(tree(), 'nowhere')).toEqual([])
})

it('survives a loop in damaged data', () => {
  const messages = tree()
  messages.q = node('q', 'r', ['b'], 'user')
  expect(branch(messages, 'r').length).toBe(3)
})

it('knows the alternatives of a message and the newest leaf below one', () => {
  const messages = tree()
  expect(siblings(messages, node('a', 'q', [], 'assistant'))).toEqual(['a', 'b'])
  expect(leafOf(messages, 'b')).toBe('r')
})

it('takes in what was said elsewhere, once, and says where it ends', () => {
  const messages = tree()
  const said = { messages: { s: node('s', 'r', ['t'], 'user'), t: node('t', 's', [], 'assistant') }, currentId: 't' }
  expect(adopt(messages, said)).toBe('t')
  adopt(messages, said)
  expect(messages.r?.childrenIds).toEqual(['s'])
  expect(branch(messages, 't').map((message) => message.id)).toEqual(['q', 'b', 'r', 's', 't'])
  expect(adopt(messages, { messages: {}, currentId: 'nowhere' })).toBe(null)
})
