import { expect, it, vi } from 'vitest'
import type { Incoming } from './chat'

// The real one wants a page around it.
class ApiError extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message)
  }
}
vi.mock('../api/client', () => ({ ApiError, post: () => Promise.reject(new Error('not asked for')) }))
const { parcels, send } = await import('./send')

const chat = (title: string): Incoming => ({ chat: { title, models: [], history: { messages: {}, currentId: null } } })
const many = (count: number): Incoming[] => Array.from({ length: count }, (_, at) => chat(`chat ${at}`))
const never = new AbortController().signal

it('packs neither many nor heavy chats together, and loses none', () => {
  expect(parcels(many(60)).map((parcel) => parcel.length)).toEqual([25, 25, 10])
  expect(parcels(many(3), () => 1_500_000).map((parcel) => parcel.length)).toEqual([1, 1, 1])
  expect(parcels([])).toEqual([])
})

it('leaves out only the chat that the server refuses', async () => {
  const told: number[] = []
  const keep = async (chats: Incoming[]): Promise<void> => {
    if (chats.some((one) => one.chat.title === 'chat 3')) throw new ApiError('too odd', 422)
  }
  const sent = await send(many(30), ({ stored }) => told.push(stored), never, keep)
  expect(sent).toEqual({ stored: 29, skipped: [{ title: 'chat 3', why: 'refused', detail: 'too odd' }] })
  expect(told.at(-1)).toBe(29)
})

it('ends where the server is gone, and where it is stopped', async () => {
  const gone = await send(
    many(60),
    () => undefined,
    never,
    () => Promise.reject(new ApiError('gone', 0)),
  )
  expect([gone.stored, gone.skipped.length]).toEqual([0, 60])
  const stop = new AbortController()
  const stopped = await send(
    many(60),
    () => stop.abort(),
    stop.signal,
    async () => undefined,
  )
  expect([stopped.stored, stopped.skipped.length, stopped.skipped[0]?.why]).toEqual([25, 35, 'stopped'])
})
