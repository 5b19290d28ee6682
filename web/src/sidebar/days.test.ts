import { expect, it } from 'vitest'
import type { ChatSummary } from '../api/types'
import { byDay, monthName } from './days'

const now = new Date(2026, 4, 20, 12)
const chat = (id: string, date: Date): ChatSummary => ({
  id,
  title: id,
  updated_at: date.getTime() / 1000,
  created_at: 0,
  last_read_at: null,
})

it('groups by near days, then by months', () => {
  const all = [
    chat('now', now),
    chat('midnight', new Date(2026, 4, 20)),
    chat('yesterday', new Date(2026, 4, 19, 23)),
    chat('week', new Date(2026, 4, 14)),
    chat('thirty', new Date(2026, 4, 1)),
    chat('april', new Date(2026, 3, 2)),
    chat('also april', new Date(2026, 3, 1)),
    chat('last year', new Date(2025, 3, 1)),
  ]
  const shape = byDay(all, now).map((group) => [group.span, group.chats.map((one) => one.id).join(', ')])
  expect(shape).toEqual([
    ['today', 'now, midnight'],
    ['yesterday', 'yesterday'],
    ['week', 'week'],
    ['days30', 'thirty'],
    ['month', 'april, also april'],
    ['month', 'last year'],
  ])
})

it('names the year only of other years', () => {
  expect(monthName(new Date(2026, 3, 1).getTime(), now, 'en')).toBe('April')
  expect(monthName(new Date(2025, 3, 1).getTime(), now, 'de')).toBe('April 2025')
})
