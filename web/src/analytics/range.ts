export const RANGES = ['day', 'week', 'month', 'quarter', 'all', 'own'] as const
export type Range = (typeof RANGES)[number]
const DAYS: Partial<Record<Range, number>> = { week: 7, month: 30, quarter: 90 }

/** What the server is asked for: seconds, both included; without a beginning everything. */
export interface Span {
  start_date?: number
  end_date?: number
}

/** The midnight of a day here, some days away. */
function midnight(of: Date, days = 0): Date {
  return new Date(of.getFullYear(), of.getMonth(), of.getDate() + days)
}
const seconds = (date: Date): number => Math.floor(date.getTime() / 1000)

/** A day as fields for dates have it. */
export function dayOf(of: Date, days = 0): string {
  const day = midnight(of, days)
  const two = (part: number): string => String(part).padStart(2, '0')
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`
}

/** The time that is meant; `from` and `to` are days as fields have them (`2026-01-31`), and may be empty or the wrong way round. */
export function spanOf(range: Range, now: Date, from = '', to = ''): Span {
  if (range === 'day') return { start_date: seconds(now) - 86_400 }
  const days = DAYS[range]
  if (days) return { start_date: seconds(midnight(now, 1 - days)) }
  if (range === 'all') return {}
  const [first, last] = from && to && from > to ? [to, from] : [from, to]
  return {
    ...(first ? { start_date: seconds(new Date(`${first}T00:00:00`)) } : {}),
    ...(last ? { end_date: seconds(midnight(new Date(`${last}T00:00:00`), 1)) - 1 } : {}),
  }
}
