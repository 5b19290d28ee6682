import { expect, it } from 'vitest'
import { both, merged } from './merge'

const base = { title: 'Plan', text: 'one' }

it('joins changes of different parts, and the same change of both', () => {
  expect(merged(base, { title: 'Mine', text: 'one' }, { title: 'Plan', text: 'two' })).toEqual({ title: 'Mine', text: 'two' })
  expect(merged(base, base, { title: 'Theirs', text: 'two' })).toEqual({ title: 'Theirs', text: 'two' })
  expect(merged(base, { title: 'Plan', text: 'two' }, base)).toEqual({ title: 'Plan', text: 'two' })
  expect(merged(base, { title: 'Plan', text: 'two' }, { title: 'Plan', text: 'two' })).toEqual({ title: 'Plan', text: 'two' })
})

it('joins nothing where one of two changes would be lost', () => {
  expect(merged(base, { title: 'Plan', text: 'mine' }, { title: 'Plan', text: 'theirs' })).toBeNull()
  expect(merged(base, { title: 'Mine', text: 'one' }, { title: 'Theirs', text: 'one' })).toBeNull()
})

it('keeps every word of both', () => {
  expect(both({ title: 'Mine', text: 'my words' }, { title: 'Theirs', text: 'their words\n' })).toEqual({
    title: 'Theirs / Mine',
    text: 'their words\n\n---\n\nmy words',
  })
  expect(both({ title: 'Plan', text: 'same' }, { title: 'Plan', text: 'same' })).toEqual({ title: 'Plan', text: 'same' })
})
