import { describe, expect, it } from 'vitest'
import type { Envelope, Message } from '../api/types'
import { apply, textOf } from './stream'

const reply = (): Message => ({ id: 'a', parentId: 'q', childrenIds: [], role: 'assistant', content: '', done: false })
const event = (type: string, data: unknown): Envelope => ({ chat_id: 'c', message_id: 'a', data: { type, data } })
const delta = (index: number, text: string, kind = 'response.output_text.delta'): Envelope =>
  event('response:completion', { type: kind, item_id: `i${index}`, output_index: index, content_index: 0, delta: text })

describe('a streaming reply', () => {
  it('grows by deltas and ends with the whole output', () => {
    const message = reply()
    for (const text of ['Hello', ' from', ' mock']) apply(message, delta(0, text))
    expect(textOf(message.output ?? [])).toBe('Hello from mock')
    const output = [{ type: 'message', id: 'm', content: [{ type: 'output_text', text: 'Hello from mock.' }] }]
    apply(message, event('chat:completion', { done: true, output }))
    expect(message.done).toBe(true)
    expect(message.content).toBe('Hello from mock.')
  })

  it('keeps reasoning apart from what is said', () => {
    const message = reply()
    apply(message, delta(0, 'hm', 'response.reasoning_text.delta'))
    apply(message, delta(1, 'Yes'))
    expect(message.output?.map((item) => item.type)).toEqual(['reasoning', 'message'])
    expect(textOf(message.output ?? [])).toBe('Yes')
  })

  it('keeps what was shown when it fails or is stopped', () => {
    const message = reply()
    apply(message, delta(0, 'Half'))
    apply(message, event('chat:message:error', { error: { content: 'gone' }, done: true }))
    expect(textOf(message.output ?? [])).toBe('Half')
    expect(message.done).toBe(true)
  })
})
