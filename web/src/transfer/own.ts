import type { Message } from '../api/types'
import { fields, seconds, text, titled, withChildren, type Fields, type Incoming } from './chat'

const ROLES = ['user', 'assistant', 'system']

/** A chat of an export of this server or of Open WebUI; null for what is none. */
export function readOwn(entry: Fields): Incoming | null {
  const chat = fields(entry.chat) ?? entry
  const history = fields(chat.history)
  const messages = fields(history?.messages) ? tree(fields(history?.messages) ?? {}) : flat(chat.messages)
  if (!messages) return null
  const leaf = text(history?.currentId) || text(entry.current_message_id)
  return {
    chat: {
      ...chat,
      title: titled(entry.title || chat.title, messages),
      models: Array.isArray(chat.models) ? chat.models.filter((id) => typeof id === 'string') : [],
      history: { messages, currentId: messages[leaf] ? leaf : (Object.keys(messages).at(-1) ?? null) },
    },
    ...(fields(entry.meta) ? { meta: fields(entry.meta)! } : {}),
    ...(fields(entry.variables) ? { variables: fields(entry.variables)! } : {}),
    pinned: entry.pinned === true,
    archived: entry.archived === true,
    ...times(seconds(entry.created_at) ?? seconds(chat.timestamp), seconds(entry.updated_at)),
  }
}

const times = (made: number | undefined, changed: number | undefined): Pick<Incoming, 'created_at' | 'updated_at'> => ({
  ...(made ? { created_at: made } : {}),
  ...(changed ? { updated_at: changed } : {}),
})

function tree(stored: Fields): Record<string, Message> {
  const messages: Record<string, Message> = {}
  for (const [id, value] of Object.entries(stored)) {
    const message = fields(value)
    if (!message || !ROLES.includes(text(message.role))) continue
    messages[id] = {
      ...message,
      id,
      parentId: text(message.parentId) || null,
      content: text(message.content),
      done: true,
    } as unknown as Message
  }
  return withChildren(messages)
}

/** Very old exports have a list and no tree. */
function flat(list: unknown): Record<string, Message> | null {
  if (!Array.isArray(list)) return null
  const messages: Record<string, Message> = {}
  let parentId: string | null = null
  for (const value of list) {
    const message = fields(value)
    if (!message || !ROLES.includes(text(message.role))) continue
    const id = text(message.id) || crypto.randomUUID()
    messages[id] = { ...message, id, parentId, content: text(message.content), done: true } as unknown as Message
    parentId = id
  }
  return withChildren(messages)
}
