import { fields, text, type Fields, type Incoming, type Skipped } from './chat'
import { readChatGpt } from './chatgpt'
import { readClaude } from './claude'
import { readOwn } from './own'

/** What a file holds. */
export interface Found {
  chats: Incoming[]
  skipped: Skipped[]
}

/** Reads an export: a list of chats, one chat, `{chats: […]}`, or a chat per line. Throws where it is no such thing. */
export function readExport(content: string): Found {
  const found: Found = { chats: [], skipped: [] }
  for (const value of entries(content)) {
    const entry = fields(value)
    const claude = entry && readClaude(entry)
    const chat = claude ? claude.chat : entry ? (readChatGpt(entry) ?? readOwn(entry)) : null
    const missing = claude?.missing.join(', ')
    if (chat && missing) found.skipped.push({ title: chat.chat.title, why: 'attachments', detail: missing })
    if (!chat) found.skipped.push({ title: name(entry), why: 'unknown' })
    else if (!Object.keys(chat.chat.history.messages).length) found.skipped.push({ title: chat.chat.title, why: 'empty' })
    else found.chats.push(chat)
  }
  return found
}

const name = (entry: Fields | null): string => text(entry?.title) || text(entry?.name) || text(entry?.id) || '—'

function entries(content: string): unknown[] {
  let value: unknown
  try {
    value = JSON.parse(content)
  } catch (error) {
    const lines = content.split('\n').filter((line) => line.trim())
    if (lines.length < 2) throw error
    return lines.map((line) => JSON.parse(line) as unknown)
  }
  if (Array.isArray(value)) return value
  const list = fields(value)?.chats
  return Array.isArray(list) ? list : [value]
}
