import { expect, it } from 'vitest'
import { typedAt, type Sign } from './typed'

const none = (sign: Sign, texts: string[]): void => {
  for (const text of texts) expect(typedAt(sign, text, text.length), text).toBeNull()
}

it('knows where a name is being typed, up to the caret', () => {
  expect(typedAt('#', '#', 1)).toEqual({ start: 0, query: '' })
  expect(typedAt('#', 'look into #hand and', 15)).toEqual({ start: 10, query: 'hand' })
  expect(typedAt('@', '(@a', 3)).toEqual({ start: 1, query: 'a' })
  expect(typedAt('/', 'Please /', 8)).toEqual({ start: 7, query: '' })
  expect(typedAt('/', '/summary of it', 4)).toEqual({ start: 0, query: 'sum' })
})

it('takes neither a path nor a fraction for a command', () => none('/', ['1/2', 'see /usr/bin', 'https://a', '/sum it']))

it('takes headings, addresses and colours for what they are', () => none('#', ['# Title', '## ', 'page#part', '##', 'a # b ']))

it('takes no mail address for a model', () => none('@', ['ada@example.com', 'ada@', '@ada hello', '@@']))
