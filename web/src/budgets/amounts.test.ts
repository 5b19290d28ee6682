import { expect, test, vi } from 'vitest'

vi.mock('../i18n/index.svelte', () => ({
  locale: () => 'en',
  t: (key: string, values: Record<string, string>) => `${values.count} ${key.split('.').at(-1)}`,
}))
const { amountOf, costOf, money, pressing } = await import('./amounts')

test('small sums keep the digits that say something', () => {
  expect(money(0.000112, 'EUR')).toBe('0.000112 EUR')
  expect(money(0.5, 'EUR')).toBe('0.5 EUR')
  expect(money(1234.5, 'USD')).toBe('1,234.50 USD')
  expect(money(0, 'USD')).toBe('0.00 USD')
  expect(amountOf('tokens', 100000, 'USD')).toBe('100,000 tokens')
})

test('only a cost that is one is shown', () => {
  expect(costOf({ costs: { amount: 2, currency: 'EUR' } })).toBe('2.00 EUR')
  for (const usage of [undefined, {}, { costs: null }, { costs: { amount: '2', currency: 'EUR' } }]) expect(costOf(usage)).toBe(null)
})

test('the budget with least left is spoken of, unless it counts something else', () => {
  const budget = (id: string, left: number, more = {}) => ({
    id,
    name: id,
    by_key: false,
    model_id: null,
    shared: false,
    measure: 'tokens' as const,
    period: 'day' as const,
    amount: 10,
    spent: 10 - left,
    left,
    warn: true,
    used_up: left === 0,
    resets_at: 0,
    ...more,
  })
  const list = [
    budget('a', 2),
    budget('b', 1),
    budget('key', 0, { by_key: true }),
    budget('m', 0, { model_id: 'm' }),
    budget('c', 0, { warn: false }),
  ]
  expect(pressing(list, ['other'])?.id).toBe('b')
  expect(pressing(list, ['m'])?.id).toBe('m')
  expect(pressing([], [])).toBe(null)
})
