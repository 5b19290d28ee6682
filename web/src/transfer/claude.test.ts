import { expect, it } from 'vitest'
import { readClaude } from './claude'

const said = (uuid: string, sender: string, content: unknown, more: object = {}) => ({
  uuid,
  sender,
  content,
  created_at: '2024-05-01T10:00:00.500000Z',
  ...more,
})
const words = (text: string) => [{ type: 'text', text }]
const conversation = (chat_messages: unknown[], more: object = {}) => ({ uuid: 'c', name: 'Tea', chat_messages, ...more })

it('reads who said what, in order, and when', () => {
  const found = readClaude(
    conversation([said('q', 'human', words('Who invented tea?')), said('a', 'assistant', words('Nobody knows.'))], {
      created_at: '2024-05-01T09:00:00Z',
      updated_at: '2024-05-02T09:00:00+02:00',
    }),
  )!
  expect(found.missing).toEqual([])
  expect(found.chat).toMatchObject({ created_at: 1714554000, updated_at: 1714633200, chat: { title: 'Tea', models: [] } })
  const { messages, currentId } = found.chat.chat.history
  expect(currentId).toBe('a')
  expect(messages.q).toMatchObject({
    role: 'user',
    content: 'Who invented tea?',
    parentId: null,
    childrenIds: ['a'],
    timestamp: 1714557600,
  })
  expect(messages.a).toMatchObject({ role: 'assistant', content: 'Nobody knows.', parentId: 'q', childrenIds: [] })
})

it('leaves out thoughts and tools, keeps the text of attachments, and names files that are not there', () => {
  const thought = [
    { type: 'thinking', thinking: 'hm' },
    ...words('One'),
    { type: 'tool_use', name: 'web' },
    { type: 'tool_result' },
    ...words('Two'),
  ]
  const attachments = [
    { file_name: 'notes.md', extracted_content: '```\ncode\n```' },
    { file_name: 'empty.txt', extracted_content: '' },
  ]
  const files = [{ file_name: 'photo.png' }, { file_name: 'photo.png' }, 7]
  const { chat, missing } = readClaude(
    conversation([said('q', 'human', [], { text: 'Look', attachments, files }), said('a', 'assistant', thought)]),
  )!
  expect(chat.chat.history.messages.q?.content).toBe('Look\n\n**notes.md**\n\n````\n```\ncode\n```\n````')
  expect(chat.chat.history.messages.a?.content).toBe('One\n\nTwo')
  expect(missing).toEqual(['photo.png'])
})

it('keeps branches, and survives what is damaged', () => {
  const branches = [
    said('q', 'human', words('1')),
    said('a', 'assistant', words('2'), { parent_message_uuid: 'q' }),
    said('b', 'assistant', words('3'), { parent_message_uuid: 'q' }),
    said('x', 'nobody', words('4')),
    null,
    said('y', 'human', 'text'),
  ]
  const { chat } = readClaude(conversation(branches, { current_leaf_message_uuid: 'a' }))!
  expect(chat.chat.history.messages.q?.childrenIds).toEqual(['a', 'b'])
  expect(chat.chat.history.currentId).toBe('a')
  expect(Object.keys(chat.chat.history.messages)).toEqual(['q', 'a', 'b'])
  expect(readClaude({ mapping: {} })).toBeNull()
})
