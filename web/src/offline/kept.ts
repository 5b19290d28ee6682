import type { Message } from '../api/types'

/** Copies of the chats read last on this device, for times without a network: the newest of each account. */
const LIMIT = 20
/** What is drawn of longer chats is their end, and so is what is kept. */
export const KEPT_MESSAGES = 500

export interface KeptChat {
  account: string
  id: string
  title: string
  /** At most KEPT_MESSAGES of them, from first to last. */
  messages: Message[]
  /** When it was kept: milliseconds. */
  at: number
}

/** Keeps the end of a chat's visible branch, and drops the oldest chats. A browser that keeps nothing is no failure. */
export const keepChat = (chat: Omit<KeptChat, 'at'>): Promise<void> =>
  quietly(async (store) => {
    store.put({ ...chat, at: Date.now() } satisfies KeptChat)
    const newest = IDBKeyRange.bound([chat.account, 0], [chat.account, Infinity])
    const keys = await answer(store.index('age').getAllKeys(newest))
    for (const key of keys.slice(0, -LIMIT)) store.delete(key)
  })

export async function keptChat(account: string, id: string): Promise<KeptChat | undefined> {
  let found: KeptChat | undefined
  await quietly(async (store) => {
    found = (await answer(store.get([account, id]))) as KeptChat | undefined
  })
  return found
}

export const dropChat = (account: string, id: string): Promise<void> => quietly(async (store) => void store.delete([account, id]))

/** Leaves nothing behind, of any account. */
export const dropChats = (): Promise<void> => quietly(async (store) => void store.clear())

async function quietly(action: (store: IDBObjectStore) => Promise<void>): Promise<void> {
  try {
    const base = await open()
    try {
      const change = base.transaction('chats', 'readwrite')
      const done = new Promise<void>((resolve, reject) => {
        change.oncomplete = () => resolve()
        change.onabort = () => reject(change.error)
      })
      await Promise.all([action(change.objectStore('chats')), done])
    } finally {
      base.close()
    }
  } catch (error) {
    console.debug('kept chats:', error)
  }
}

function open(): Promise<IDBDatabase> {
  const asked = indexedDB.open('client', 1)
  asked.onupgradeneeded = () => {
    const store = asked.result.createObjectStore('chats', { keyPath: ['account', 'id'] })
    store.createIndex('age', ['account', 'at'])
  }
  return answer(asked)
}

function answer<T>(asked: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result)
    asked.onerror = () => reject(asked.error)
  })
}
