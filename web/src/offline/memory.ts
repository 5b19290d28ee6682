import type { PageConfig, Session } from '../api/types'
import { dropChats } from './kept'

/** Who looked last at which server, so that the client opens without one. Only the session's token is a secret: it is elsewhere. */
export interface Memory {
  config: PageConfig
  user: Session
}

const KEY = 'last'

export function remember({ config, user }: Memory): void {
  localStorage.setItem(KEY, JSON.stringify({ config, user: { ...user, token: '' } }))
}

export function recall(): Memory | null {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? 'null') as Memory | null
  } catch {
    return null
  }
}

/** Leaves nothing of anybody's chats in this browser; `drafts` too when somebody leaves on purpose. */
export async function forget(drafts: boolean): Promise<void> {
  localStorage.removeItem(KEY)
  const theirs = drafts ? /^(chats|folders|draft|controls):/ : /^(chats|folders):/
  for (const key of Object.keys(localStorage)) if (theirs.test(key)) localStorage.removeItem(key)
  await dropChats()
}
