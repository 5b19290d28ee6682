import { expect, it } from 'vitest'
import type { ChatSummary } from '../api/types'
import { append, merge } from './merge'

const chat = (id: string, updated_at: number): ChatSummary => ({ id, title: id, updated_at, created_at: 0, last_read_at: null })
const ids = (list: ChatSummary[]): string => list.map((one) => one.id).join('')

it('keeps older pages behind a fresh first one', () => {
  expect(ids(merge([chat('d', 9), chat('a', 8)], [chat('a', 5), chat('b', 4), chat('c', 3)], 2))).toBe('dabc')
})

it('forgets what is gone from the part that was read again', () => {
  expect(ids(merge([chat('a', 9), chat('c', 3)], [chat('a', 9), chat('b', 4), chat('c', 3), chat('d', 1)], 2))).toBe('acd')
})

it('takes a page that is not full for the whole list', () => {
  expect(ids(merge([chat('a', 9)], [chat('a', 9), chat('b', 4)], 2))).toBe('a')
})

it('repeats no chat at the border of two pages', () => {
  expect(ids(append([chat('a', 2), chat('b', 1)], [chat('b', 1), chat('c', 0)]))).toBe('abc')
})
