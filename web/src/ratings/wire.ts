import { ApiError, del, get, post } from '../api/client'
import type { Chat, Message } from '../api/types'
import { models } from '../models/models.svelte'
import { ask } from '../realtime/socket.svelte'
import { isArena } from './arena'
import { feedbackOf, type Annotation } from './rating'

/** What is kept with a reply. */
export type Kept = Pick<Message, 'annotation' | 'feedbackId'>

/** Keeps what a person says of a reply: for those who compare models, and with the reply. */
export async function rate(chatId: string, message: Message, said: Annotation): Promise<Kept> {
  const { chat, reply } = await stored(chatId, message)
  const topics = Array.isArray(chat.meta?.tags) ? chat.meta.tags.filter((tag) => typeof tag === 'string') : []
  const annotation = { ...said, tags: said.tags ?? topics }
  const body = feedbackOf(chat, reply, annotation, isArena(models.list, reply))
  const known = reply.feedbackId ? await changed(reply.feedbackId, body) : null
  const { id } = known ?? (await post('/api/v1/evaluations/feedback', { body }))
  await keep(chatId, { ...reply, annotation, feedbackId: id })
  return { annotation, feedbackId: id }
}

/** As if nothing had been said. */
export async function takeBack(chatId: string, message: Message): Promise<Kept> {
  const { reply } = await stored(chatId, message)
  const { annotation: _said, feedbackId, ...rest } = reply
  if (feedbackId) await del('/api/v1/evaluations/feedback/{id}', { path: { id: feedbackId } }).catch(unlessGone)
  await keep(chatId, rest)
  return { annotation: undefined, feedbackId: undefined }
}

/** Null when an administrator has deleted it since. */
const changed = (id: string, body: ReturnType<typeof feedbackOf>): Promise<{ id: string } | null> =>
  post('/api/v1/evaluations/feedback/{id}', { path: { id }, body }).catch(unlessGone)

function unlessGone(error: unknown): null {
  if (error instanceof ApiError && error.status === 404) return null
  throw error
}

/** A reply is replaced whole: what is there is read before, so that nothing of it is lost. */
async function stored(id: string, { id: at }: Message): Promise<{ chat: Chat; reply: Message }> {
  const chat = await get('/api/v1/chats/{id}', { path: { id } })
  const reply = chat.chat.history.messages[at]
  if (!reply) throw new ApiError('', 404)
  return { chat, reply }
}

async function keep(id: string, reply: Message): Promise<void> {
  await post('/api/v1/chats/{id}', { path: { id }, body: { chat: { history: { messages: { [reply.id]: reply } } } } })
  // A changed chat counts as unread; whoever rates has read it.
  void ask('events:chat', { chat_id: id, data: { type: 'last_read_at' } })
}
