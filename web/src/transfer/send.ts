import { ApiError, post } from '../api/client'
import { reason } from '../ui/words'
import type { Incoming, Skipped } from './chat'

/** One request carries a bit at a time, so that progress is seen and a limit on requests is kept. */
const CHATS = 25
const CHARACTERS = 2_000_000

/** Chats in the order they come, in parcels that are neither many nor heavy. */
export function parcels(chats: Incoming[], weigh = (chat: Incoming): number => JSON.stringify(chat).length): Incoming[][] {
  const list: Incoming[][] = []
  let weight = Infinity
  for (const chat of chats) {
    const heavy = weigh(chat)
    if (weight + heavy > CHARACTERS || (list.at(-1)?.length ?? CHATS) >= CHATS) {
      list.push([])
      weight = 0
    }
    list.at(-1)?.push(chat)
    weight += heavy
  }
  return list
}

export interface Sent {
  stored: number
  skipped: Skipped[]
}

type Store = (chats: Incoming[]) => Promise<unknown>
const store: Store = (chats) => post('/api/v1/chats/import', { body: { chats } })

/** Whether it is this parcel that is refused, not every one. */
const isTheirs = (error: unknown): boolean => error instanceof ApiError && [400, 413, 422].includes(error.status)

/** Stores chats parcel by parcel. A refused parcel is tried chat by chat; without a server, or when stopped, the rest is told as left out. */
export async function send(chats: Incoming[], onprogress: (sent: Sent) => void, stop: AbortSignal, keep = store): Promise<Sent> {
  const sent: Sent = { stored: 0, skipped: [] }
  const waiting = parcels(chats)
  for (let parcel = waiting.shift(); parcel; parcel = waiting.shift()) {
    if (stop.aborted) {
      sent.skipped.push(...[parcel, ...waiting].flat().map(({ chat }): Skipped => ({ title: chat.title, why: 'stopped' })))
      break
    }
    try {
      await keep(parcel)
      sent.stored += parcel.length
    } catch (error) {
      if (parcel.length > 1 && isTheirs(error)) {
        waiting.unshift(...parcel.map((chat) => [chat]))
        continue
      }
      const lost = isTheirs(error) ? parcel : [parcel, ...waiting.splice(0)].flat()
      sent.skipped.push(...lost.map(({ chat }): Skipped => ({ title: chat.title, why: 'refused', detail: reason(error) })))
    }
    onprogress({ ...sent, skipped: [...sent.skipped] })
  }
  return sent
}
