import { expect, it } from 'vitest'
import { completable, fitted, textIn } from './completion'

const answer = (content: unknown): unknown => ({ choices: [{ message: { content } }] })

it('finds the text in what models write around it', () => {
  expect(textIn(answer('{"text": "the sea"}'))).toBe('the sea')
  expect(textIn(answer('Sure:\n```json\n{"text": "the sea"}\n```'))).toBe('the sea')
  for (const bad of ['the sea', '{"text": 7}', '{"text": "the', '', null]) expect(textIn(answer(bad))).toBe('')
  expect(textIn(null)).toBe('')
})

it('offers one line that follows what was typed', () => {
  expect(fitted('Tell me about ', ' the sea.\nAnd more')).toBe('the sea.')
  expect(fitted('Tell me about', ' the sea. ')).toBe(' the sea.')
  expect(fitted('Tell me about ', 'Tell me about the sea.')).toBe('the sea.')
  expect(fitted('a', 'x'.repeat(1000))).toHaveLength(160)
})

it('completes texts, not commands', () => {
  for (const text of ['Tell me', 'What is 1/2 of it']) expect(completable(text), text).toBe(true)
  for (const text of ['', 'Hi', '   ', '/translate', 'Ask @smol', 'Read #tides']) expect(completable(text), text).toBe(false)
})
