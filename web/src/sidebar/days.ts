import type { ChatSummary } from '../api/types'

export type Span = 'today' | 'yesterday' | 'week' | 'days30' | 'month'

export interface DayGroup {
  /** Unique among the groups. */
  key: string
  span: Span
  /** A moment in the group's month, in milliseconds: its name is the title of a `month`. */
  at: number
  chats: ChatSummary[]
}

const DAY = 86_400

/** Chats by the day they were last touched: near days by name, then whole months. Keeps the order within a group. */
export function byDay(all: ChatSummary[], now: Date): DayGroup[] {
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime() / 1000
  const groups = new Map<string, DayGroup>()
  for (const chat of all) {
    const date = new Date(chat.updated_at * 1000)
    const span = spanOf(chat.updated_at, midnight)
    const key = span === 'month' ? `${date.getFullYear()}-${date.getMonth()}` : span
    const group = groups.get(key) ?? { key, span, at: date.getTime(), chats: [] }
    group.chats.push(chat)
    groups.set(key, group)
  }
  return [...groups.values()]
}

function spanOf(seconds: number, midnight: number): Span {
  if (seconds >= midnight) return 'today'
  if (seconds >= midnight - DAY) return 'yesterday'
  if (seconds >= midnight - 7 * DAY) return 'week'
  return seconds >= midnight - 30 * DAY ? 'days30' : 'month'
}

/** The name of a month, with its year unless that is this one. */
export function monthName(at: number, now: Date, locale: string): string {
  const date = new Date(at)
  const year = date.getFullYear() === now.getFullYear() ? undefined : 'numeric'
  return new Intl.DateTimeFormat(locale, { month: 'long', year }).format(date)
}
