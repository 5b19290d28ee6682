import { expectTypeOf, test } from 'vitest'
import type { Answer, Asked, Options, PathOf } from './contract'
import type { Chat, ChatSummary } from './types'

// Read by `npm run check`; nothing of it runs.
test('an address belongs to the methods that the document gives it', () => {
  expectTypeOf<'/api/v1/chats/'>().toExtend<PathOf<'get'>>()
  expectTypeOf<'/api/v1/chats/new'>().not.toExtend<PathOf<'get'>>()
  expectTypeOf<'/api/v1/no/such/thing'>().not.toExtend<PathOf<'get'>>()
})

test('what an address and a body need must be given', () => {
  expectTypeOf<Asked<'get', '/api/v1/chats/{id}'>['path']>().toEqualTypeOf<{ id: string }>()
  expectTypeOf<[]>().not.toExtend<Options<'get', '/api/v1/chats/{id}'>>()
  expectTypeOf<[]>().not.toExtend<Options<'post', '/api/v1/auths/signin'>>()
  expectTypeOf<[]>().toExtend<Options<'get', '/api/v1/chats/'>>()
  expectTypeOf<[{ query: { page: string } }]>().not.toExtend<Options<'get', '/api/v1/chats/'>>()
})

test('an answer is what the document says, or what is written down where it says nothing', () => {
  expectTypeOf<Answer<'get', '/api/v1/chats/'>>().toEqualTypeOf<ChatSummary[]>()
  expectTypeOf<Answer<'get', '/api/v1/chats/{id}'>>().toEqualTypeOf<Chat>()
  expectTypeOf<Answer<'get', '/api/tasks'>>().toEqualTypeOf<unknown>()
})
