import { expect, it } from 'vitest'
import { typedAt } from './offer'

it('knows where a name is being typed', () => {
  expect(typedAt('#', 1)).toEqual({ start: 0, query: '' })
  expect(typedAt('look into #hand and', 15)).toEqual({ start: 10, query: 'hand' })
  expect(typedAt('(#a', 3)).toEqual({ start: 1, query: 'a' })
})

it('takes headings, addresses and colours for what they are', () => {
  for (const text of ['# Title', '## ', 'page#part', '##', 'a # b ']) expect(typedAt(text, text.length), text).toBeNull()
})
