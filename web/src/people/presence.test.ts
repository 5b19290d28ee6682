import { expect, it } from 'vitest'
import { endOf, isActive, statusText } from './presence'

it('knows who is here', () => {
  expect(isActive({ last_active_at: 1000, created_at: 1 }, 1180)).toBe(true)
  expect(isActive({ last_active_at: 1000, created_at: 1 }, 1181)).toBe(false)
  expect(isActive({ last_active_at: 1000, created_at: 1000 }, 1001), 'only made').toBe(false)
})

it('says a status until its time is over', () => {
  expect(statusText({ status_emoji: '⛵', status_message: ' At sea ' })).toBe('⛵ At sea')
  expect(statusText({ status_emoji: null, status_message: 'At sea', status_expires_at: 10 }, 9)).toBe('At sea')
  expect(statusText({ status_message: 'At sea', status_expires_at: 10 }, 10)).toBe('')
  expect(statusText({})).toBe('')
})

it('ends days at midnight and weeks on Sunday', () => {
  const friday = new Date(2026, 4, 15, 17, 30)
  const at = friday.getTime() / 1000
  expect(endOf('always', friday)).toBeNull()
  expect(endOf('half', friday)).toBe(at + 1800)
  expect(endOf('four', friday)).toBe(at + 14_400)
  expect(endOf('day', friday)).toBe(new Date(2026, 4, 16).getTime() / 1000)
  expect(endOf('week', friday)).toBe(new Date(2026, 4, 18).getTime() / 1000)
  expect(endOf('week', new Date(2026, 4, 17, 9))).toBe(new Date(2026, 4, 18).getTime() / 1000)
})
