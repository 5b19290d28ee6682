import { expect, it } from 'vitest'
import type { Chat, Message } from '../api/types'
import { feedbackOf, opponents } from './rating'

const reply = (id: string, model: string, more: Partial<Message> = {}): Message => ({
  id,
  parentId: 'q',
  childrenIds: [],
  role: 'assistant',
  content: id,
  model,
  ...more,
})
const messages: Record<string, Message> = {
  q: { id: 'q', parentId: null, childrenIds: ['a', 'b', 'c', 'd'], role: 'user', content: '?' },
  a: reply('a', 'one'),
  b: reply('b', 'two'),
  c: reply('c', 'one'),
  d: reply('d', 'arena', { selectedModelId: 'three' }),
}
const chat = { id: 'x', chat: { history: { messages, currentId: 'a' } } } as unknown as Chat

it('compares a reply with those of other models to the same question, each once', () => {
  expect(opponents(messages, messages.a!)).toEqual(['two', 'three'])
  expect(opponents(messages, messages.d!)).toEqual(['one', 'two'])
  expect(opponents({ e: reply('e', 'one', { parentId: null }) }, reply('e', 'one', { parentId: null }))).toEqual([])
})

it('names the model that wrote it, and the arena that it was asked through', () => {
  const sent = feedbackOf(chat, messages.d!, { rating: -1, tags: ['tea'] }, true)
  expect(sent.data).toEqual({ rating: -1, tags: ['tea'], model_id: 'three', sibling_model_ids: ['one', 'two'] })
  expect(sent.meta).toEqual({ arena: true, model_id: 'arena', chat_id: 'x', message_id: 'd', message_index: 1, tags: ['tea'] })
  expect(sent.snapshot.chat).toMatchObject({ id: 'x' })
})
