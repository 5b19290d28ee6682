import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Envelope, Message } from '../api/types'
import { Arrivals, type Listening } from './arrivals'
import { textOf } from './stream'

const { hear, ask } = vi.hoisted(() => ({ hear: { now: (_: unknown): void => {} }, ask: vi.fn() }))
vi.mock('../realtime/socket.svelte', () => ({
  ask,
  onEvent: (listener: (event: unknown) => void) => {
    hear.now = listener
    return () => {}
  },
}))
vi.mock('../auth/session.svelte', () => ({ session: { user: { id: 'ann' } } }))

let page: Listening
beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('requestAnimationFrame', (paint: () => void) => setTimeout(paint, 0))
  vi.stubGlobal('cancelAnimationFrame', clearTimeout)
  const reply = { id: 'reply', role: 'assistant', content: '', parentId: null, childrenIds: [], done: false } as unknown as Message
  page = {
    id: 'chat',
    title: '',
    messages: { reply },
    leaf: 'reply',
    load: () => Promise.resolve(),
    again: () => Promise.resolve(),
    ended: () => {},
  }
  new Arrivals(page)
})
afterEach(() => {
  ask.mockReset()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const output = (text: string) => [{ type: 'message', id: 'm', status: 'in_progress', content: [{ type: 'output_text', text }] }]
const state = (seq: number, text: string) => ({ turn_id: 't', seq, content: text, output: output(text) })

function delta(seq: number, text: string): void {
  const data = { type: 'response.output_text.delta', item_id: 'm', output_index: 0, delta: text }
  hear.now({ chat_id: 'chat', message_id: 'reply', seq, data: { type: 'response:completion', data } } satisfies Envelope)
}

const shown = () => textOf(page.messages.reply?.output ?? [])

it('never shows a reply without its beginning, however late it hears of it', async () => {
  ask.mockResolvedValue(state(3, 'one two three'))
  delta(3, ' three')
  delta(4, ' four')
  await vi.advanceTimersByTimeAsync(1)
  expect(shown()).toBe('one two three four')
  expect(ask).toHaveBeenCalledOnce()
})

it('asks again for what was lost until somebody answers, and shows nothing behind it meanwhile', async () => {
  delta(1, 'one')
  await vi.advanceTimersByTimeAsync(1)
  ask.mockResolvedValueOnce(undefined).mockResolvedValueOnce(null).mockResolvedValueOnce(state(2, 'one two'))
  delta(3, ' three')
  await vi.advanceTimersByTimeAsync(600)
  expect(shown()).toBe('one')
  await vi.advanceTimersByTimeAsync(600)
  expect(shown()).toBe('one two three')
})

it('asks no more when all of the reply arrives', async () => {
  ask.mockResolvedValue(null)
  delta(2, ' two')
  await vi.advanceTimersByTimeAsync(1)
  const data = { done: true, output: output('one two') }
  hear.now({ chat_id: 'chat', message_id: 'reply', seq: 3, data: { type: 'chat:completion', data } } satisfies Envelope)
  await vi.advanceTimersByTimeAsync(600)
  expect([shown(), page.messages.reply?.done]).toEqual(['one two', true])
})
