/** Shapes of the wire that the client reads. Times are seconds. */

export type Role = 'pending' | 'user' | 'admin'

export interface Session {
  id: string
  email: string
  name: string
  role: Role
  profile_image_url: string
  token: string
  bio?: string | null
  permissions?: { chat?: Record<string, boolean>; features?: Record<string, boolean> }
}

export interface PageConfig {
  name: string
  version: string
  onboarding?: boolean
  features: {
    auth: boolean
    enable_signup?: boolean
    enable_login_form?: boolean
    enable_websocket?: boolean
    enable_api_keys?: boolean
    enable_folders?: boolean
    enable_password_change_form?: boolean
  }
}

export interface Model {
  id: string
  name: string
  owned_by: string
}

export interface ChatSummary {
  id: string
  title: string
  updated_at: number
  created_at: number
  last_read_at: number | null
  active?: boolean
  pinned?: boolean
  /** Of a search: where the words were found. */
  snippet?: string | null
}

/** One item of a reply, as in OpenAI's Responses API. */
export interface OutputItem {
  type: string
  id: string
  status?: string
  content?: { type: string; text: string }[]
  name?: string
  call_id?: string
  arguments?: string
  output?: { type: string; text?: string }[]
  duration?: number
}

export interface Message {
  id: string
  parentId: string | null
  childrenIds: string[]
  role: 'user' | 'assistant' | 'system'
  content: string
  output?: OutputItem[]
  model?: string
  models?: string[]
  done?: boolean
  error?: { content: unknown } | boolean
  followUps?: string[]
  statusHistory?: { description?: string; done?: boolean }[]
  files?: { type: string; url: string; name?: string }[]
  usage?: Record<string, unknown>
  timestamp?: number
}

export interface Chat {
  id: string
  title: string
  user_id: string
  chat: { models?: string[]; params?: Record<string, unknown>; history: { messages: Record<string, Message>; currentId: string | null } }
}

export interface UserRow {
  id: string
  name: string
  email: string
  role: Role
  last_active_at: number
  created_at: number
}

/** `events` of the socket. */
export interface Envelope {
  chat_id: string
  message_id?: string
  seq?: number
  shared?: boolean
  user_id?: string
  data: { type: string; data?: unknown }
}
