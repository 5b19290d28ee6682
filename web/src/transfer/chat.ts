import type { Message } from '../api/types'

/** A chat from elsewhere as the server takes it. Times are seconds. */
export interface Incoming {
  chat: { title: string; models: string[]; history: { messages: Record<string, Message>; currentId: string | null } } & Record<
    string,
    unknown
  >
  meta?: Record<string, unknown>
  variables?: Record<string, unknown>
  pinned?: boolean
  archived?: boolean
  created_at?: number
  updated_at?: number
}

/** Something in a file that was not taken, and why. */
export interface Skipped {
  title: string
  why: 'unknown' | 'empty' | 'refused' | 'stopped' | 'attachments'
  /** What the server said, or which files are not there. */
  detail?: string
}

export type Fields = Record<string, unknown>

export const fields = (value: unknown): Fields | null =>
  value && typeof value === 'object' && !Array.isArray(value) ? (value as Fields) : null

export const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** Whole seconds, also of a fraction or of milliseconds; nothing for what is no time. */
export function seconds(value: unknown): number | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) return undefined
  return Math.floor(value > 1e10 ? value / 1000 : value)
}

/** A title, or the beginning of what was asked. */
export function titled(title: unknown, messages: Record<string, Message>): string {
  const first = Object.values(messages).find((message) => message.role === 'user')?.content ?? ''
  return text(title).trim() || [...first.trim().split('\n')[0]!].slice(0, 60).join('') || '—'
}

/** Every message knows its replies: read from who follows whom. */
export function withChildren(messages: Record<string, Message>): Record<string, Message> {
  for (const message of Object.values(messages)) message.childrenIds = []
  for (const message of Object.values(messages)) {
    const parent = message.parentId ? messages[message.parentId] : undefined
    if (parent && parent !== message) parent.childrenIds.push(message.id)
    else message.parentId = null
  }
  return messages
}
