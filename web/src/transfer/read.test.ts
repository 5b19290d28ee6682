import { expect, it } from 'vitest'
import { readExport } from './read'

const read = (value: unknown) => readExport(JSON.stringify(value))
const node = (id: string, parent: string | null, children: string[], message: unknown = null) => ({ id, parent, children, message })
const said = (role: string, parts: unknown[], more: object = {}) => ({
  author: { role },
  content: { content_type: 'text', parts },
  create_time: 1700000000.7,
  recipient: 'all',
  ...more,
})

it('reads chats of this server, with their branches, dates and marks', () => {
  const messages = {
    a: { id: 'a', parentId: null, childrenIds: ['wrong'], role: 'user', content: 'Hi' },
    b: { id: 'b', parentId: 'a', role: 'assistant', content: 'Hello', output: [{ type: 'message', id: 'x', content: [] }] },
    c: { id: 'c', parentId: 'a', role: 'assistant', content: 'Hey' },
  }
  const { chats, skipped } = read([
    {
      title: 'T',
      chat: { title: 'old', params: { seed: 1 }, history: { messages, currentId: 'b' } },
      pinned: true,
      created_at: 5,
      updated_at: 1700000000000,
    },
  ])
  expect(skipped).toEqual([])
  expect(chats).toHaveLength(1)
  const { chat, ...rest } = chats[0]!
  expect(rest).toEqual({ pinned: true, archived: false, created_at: 5, updated_at: 1700000000 })
  expect(chat).toMatchObject({ title: 'T', params: { seed: 1 } })
  expect(chat.history.currentId).toBe('b')
  expect(chat.history.messages.a?.childrenIds).toEqual(['b', 'c'])
  expect(chat.history.messages.b?.output).toHaveLength(1)
})

it('reads old lists without a tree, a single chat, and a chat per line', () => {
  const old = {
    chat: {
      messages: [
        { role: 'user', content: 'One' },
        { role: 'assistant', content: 'Two' },
      ],
    },
  }
  const [chat] = read(old).chats
  expect(chat?.chat.title).toBe('One')
  const [first, second] = Object.values(chat?.chat.history.messages ?? {})
  expect(second?.parentId).toBe(first?.id)
  expect(readExport(`${JSON.stringify(old)}\n${JSON.stringify(old)}\n`).chats).toHaveLength(2)
  expect(read({ chats: [old] }).chats).toHaveLength(1)
})

it('reads conversations of ChatGPT: branches stay, steps and hidden notes go, a reply in pieces is one', () => {
  const mapping = {
    root: node('root', null, ['sys']),
    sys: node('sys', 'root', ['q'], said('system', [''])),
    q: node('q', 'sys', ['tool', 'other'], said('user', ['Look it up'])),
    tool: node('tool', 'q', ['result'], said('assistant', ['search()'], { recipient: 'web' })),
    result: node('result', 'tool', ['a1'], said('tool', ['found'])),
    a1: node('a1', 'result', ['a2'], said('assistant', ['Found\ue200cite\ue202turn0\ue201 it.'], { metadata: { model_slug: 'gpt-x' } })),
    a2: node('a2', 'a1', [], said('assistant', ['More.'])),
    other: node('other', 'q', [], said('assistant', ['Another answer'])),
  }
  const { chats } = read([
    { title: '', mapping, current_node: 'a2', create_time: 1700000000.2, update_time: 1700000001, is_archived: true },
  ])
  const { chat, ...rest } = chats[0]!
  expect(rest).toEqual({ archived: true, created_at: 1700000000, updated_at: 1700000001 })
  expect(chat.title).toBe('Look it up')
  expect(chat.models).toEqual(['gpt-x'])
  expect(chat.history.currentId).toBe('a1')
  expect(Object.keys(chat.history.messages)).toEqual(['q', 'a1', 'other'])
  expect(chat.history.messages.q?.childrenIds).toEqual(['a1', 'other'])
  expect(chat.history.messages.a1).toMatchObject({ content: 'Found it.\n\nMore.', timestamp: 1700000000, model: 'gpt-x' })
})

it('says what it leaves out', () => {
  const { chats, skipped } = read([
    { title: 'Strange' },
    7,
    { title: 'Nothing', mapping: {} },
    { chat: { history: { messages: { x: 3 } } } },
  ])
  expect(chats).toEqual([])
  expect(skipped).toEqual([
    { title: 'Strange', why: 'unknown' },
    { title: '—', why: 'unknown' },
    { title: 'Nothing', why: 'empty' },
    { title: '—', why: 'empty' },
  ])
  expect(() => readExport('<html>')).toThrow()
})

it('survives loops', () => {
  const messages = {
    a: { parentId: 'b', role: 'user', content: '1' },
    b: { parentId: 'a', role: 'assistant', content: '2' },
    c: { parentId: 'c', role: 'user', content: '3' },
  }
  expect(read({ chat: { title: 'Loop', history: { messages, currentId: 'gone' } } }).chats[0]?.chat.history.messages.c?.parentId).toBeNull()
  const mapping = { a: node('a', 'b', ['b'], said('user', ['1'])), b: node('b', 'a', ['a'], said('assistant', ['2'])) }
  expect(read({ title: 'Loop', mapping }).skipped).toEqual([{ title: 'Loop', why: 'empty' }])
})
