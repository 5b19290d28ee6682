import { locale, t } from '../i18n/index.svelte'
import type { Cost, Measure, OwnBudget } from './wire'

/** A number without its unit; of money, what is smaller than a cent keeps the digits that say something. */
export function numberOf(measure: Measure, amount: number): string {
  const small = amount !== 0 && Math.abs(amount) < 1
  const digits = small ? { maximumSignificantDigits: 3 } : { minimumFractionDigits: 2, maximumFractionDigits: 2 }
  return new Intl.NumberFormat(locale(), measure === 'money' ? digits : {}).format(amount)
}

/** A sum as people read it. */
export const money = (amount: number, currency: string): string => `${numberOf('money', amount)} ${currency}`

/** `1,000 tokens`, `12.50 EUR`. */
export function amountOf(measure: Measure, amount: number, currency: string): string {
  if (measure === 'money') return money(amount, currency)
  return t(`budgets.count.${measure}`, { count: numberOf(measure, amount) })
}

/** What the usage of a reply says that it cost. */
export function costOf(usage: Record<string, unknown> | undefined): string | null {
  const costs = usage?.costs as Partial<Cost> | undefined
  return typeof costs?.amount === 'number' && typeof costs.currency === 'string' ? money(costs.amount, costs.currency) : null
}

/** The budget to speak of before a message to these models: the one that has least left of those that warn. */
export function pressing(budgets: OwnBudget[], models: string[]): OwnBudget | null {
  const counts = (budget: OwnBudget): boolean => budget.warn && !budget.by_key && (!budget.model_id || models.includes(budget.model_id))
  const share = (budget: OwnBudget): number => (budget.amount > 0 ? budget.left / budget.amount : 0)
  return budgets.filter(counts).toSorted((one, other) => share(one) - share(other))[0] ?? null
}
