/** What a person says about the moment, as accounts carry it. Times are seconds. */
export interface Status {
  status_emoji?: string | null
  status_message?: string | null
  status_expires_at?: number | null
}

/** Somebody counts as active for so long after a request, here as on the server. */
const ACTIVE_S = 180
const HOUR_S = 3600

const seconds = (): number => Date.now() / 1000

/** Whether somebody is here now. An account that was only made has done nothing yet. */
export const isActive = (person: { last_active_at: number; created_at: number }, now = seconds()): boolean =>
  person.last_active_at > person.created_at && now - person.last_active_at <= ACTIVE_S

/** A status in words; nothing once its time is over. */
export function statusText({ status_emoji, status_message, status_expires_at }: Status, now = seconds()): string {
  if (status_expires_at && status_expires_at <= now) return ''
  return [status_emoji, status_message]
    .map((part) => part?.trim())
    .filter(Boolean)
    .join(' ')
}

/** How long a status may hold. */
export const SPANS = ['always', 'half', 'hour', 'four', 'day', 'week'] as const
export type Span = (typeof SPANS)[number]

/** When a status ends that is set at `from`; days end at midnight, weeks on Sunday. Null: not by itself. */
export function endOf(span: Span, from = new Date()): number | null {
  const at = Math.floor(from.getTime() / 1000)
  if (span === 'always') return null
  if (span === 'half') return at + HOUR_S / 2
  if (span === 'hour') return at + HOUR_S
  if (span === 'four') return at + 4 * HOUR_S
  const days = span === 'day' ? 1 : 1 + ((7 - from.getDay()) % 7)
  return new Date(from.getFullYear(), from.getMonth(), from.getDate() + days).getTime() / 1000
}
