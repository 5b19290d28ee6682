import { expect, it } from 'vitest'
import type { Chat, Message } from '../api/types'
import { asJson, asMarkdown, asText, fileName } from './formats'

const message = (id: string, parentId: string | null, role: Message['role'], content: string): Message => ({
  id,
  parentId,
  childrenIds: [],
  role,
  content,
  model: 'm',
})
const messages = {
  a: message('a', null, 'user', 'Why?'),
  b: message('b', 'a', 'assistant', '<details type="reasoning" done="true">\n> hm\n</details>\nBecause.'),
  c: message('c', 'a', 'assistant', 'Another branch.'),
}
const chat = { title: 'A: b/c', chat: { history: { messages, currentId: 'b' } } } as unknown as Chat
const speakers = { you: 'You', model: (id: string) => id.toUpperCase() }

it('writes what is on screen, without the steps behind it', () => {
  expect(asMarkdown(chat, speakers)).toBe('# A: b/c\n\n## You\n\nWhy?\n\n## M\n\nBecause.\n')
  expect(asText(chat, speakers)).toBe('A: b/c\n\nYou:\nWhy?\n\nM:\nBecause.\n')
})

it('joins chats to a list that is JSON again', () => {
  expect(JSON.parse(asJson(['{"a":1}', '{"a":2}']))).toEqual([{ a: 1 }, { a: 2 }])
  expect(JSON.parse(asJson([]))).toEqual([])
})

it('names files so that every system takes them', () => {
  expect(fileName('A: b/c\n?', 'md')).toBe('A b c.md')
  expect(fileName('..', 'txt')).toBe('chat.txt')
  expect(fileName('🙂'.repeat(200), 'json')).toBe(`${'🙂'.repeat(80)}.json`)
})
