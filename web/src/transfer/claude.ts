import type { Message } from '../api/types'
import { fields, text, titled, withChildren, type Fields, type Incoming } from './chat'

/** A conversation, and the names of files that its export does not hold. */
export interface FromClaude {
  chat: Incoming
  missing: string[]
}

/** A conversation of Claude's `conversations.json`; null for what is none. */
export function readClaude(entry: Fields): FromClaude | null {
  if (!Array.isArray(entry.chat_messages)) return null
  const messages: Record<string, Message> = {}
  const missing: string[] = []
  let before: string | null = null
  for (const value of entry.chat_messages) {
    const message = fields(value)
    const role = message && ({ human: 'user', assistant: 'assistant' } as const)[text(message.sender)]
    if (!message || !role) continue
    missing.push(...namesOf(message.files))
    const content = wordsOf(message)
    if (!content) continue
    const id = text(message.uuid) || crypto.randomUUID()
    // Where an edited question has two answers, both name what they follow.
    const parent = text(message.parent_message_uuid)
    const timestamp = seconds(message.created_at)
    messages[id] = {
      id,
      parentId: messages[parent] ? parent : before,
      childrenIds: [],
      role,
      content,
      done: true,
      ...(role === 'assistant' && text(entry.model) ? { model: text(entry.model) } : {}),
      ...(timestamp ? { timestamp } : {}),
    }
    before = id
  }
  const leaf = text(entry.current_leaf_message_uuid)
  const [made, changed] = [seconds(entry.created_at), seconds(entry.updated_at)]
  const chat: Incoming = {
    chat: {
      title: titled(entry.name, messages),
      models: text(entry.model) ? [text(entry.model)] : [],
      history: { messages: withChildren(messages), currentId: messages[leaf] ? leaf : before },
    },
    ...(made ? { created_at: made } : {}),
    ...(changed ? { updated_at: changed } : {}),
  }
  return { chat, missing: [...new Set(missing)] }
}

function seconds(value: unknown): number | undefined {
  const at = Date.parse(text(value))
  return at > 0 ? Math.floor(at / 1000) : undefined
}

const namesOf = (files: unknown): string[] =>
  Array.isArray(files) ? files.map((file: unknown) => text(fields(file)?.file_name)).filter(Boolean) : []

/** What a person reads of a message, and the text of what was attached. Thoughts and calls of tools are left out. */
function wordsOf(message: Fields): string {
  const parts = Array.isArray(message.content) ? message.content.map((part: unknown) => fields(part)) : []
  const said = parts.flatMap((part) => (part?.type === 'text' ? text(part.text) : []))
  const attached = Array.isArray(message.attachments) ? message.attachments.map((file: unknown) => fields(file)) : []
  const texts = attached.flatMap((file) => {
    const content = text(file?.extracted_content).trim()
    return content ? fenced(text(file?.file_name), content) : []
  })
  return [said.join('\n\n').trim() || text(message.text).trim(), ...texts].filter(Boolean).join('\n\n')
}

/** A text in a fence that is longer than any in it. */
function fenced(name: string, content: string): string {
  const longest = Math.max(2, ...(content.match(/`{3,}/g) ?? []).map((fence) => fence.length))
  const fence = '`'.repeat(longest + 1)
  return `${name ? `**${name}**\n\n` : ''}${fence}\n${content}\n${fence}`
}
