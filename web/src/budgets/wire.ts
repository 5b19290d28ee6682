import { del, get, post } from '../api/client'
import type { components } from '../api/schema'

type Schemas = components['schemas']

/** What people may spend. Amounts are messages, tokens or units of the currency; times are seconds. */

export const SUBJECTS = ['everyone', 'user', 'group', 'key'] as const
export const MEASURES = ['messages', 'tokens', 'money'] as const
export const PERIODS = ['day', 'month'] as const
export type Subject = (typeof SUBJECTS)[number]
export type Measure = (typeof MEASURES)[number]
export type Period = (typeof PERIODS)[number]

/** A budget as it is made: the server allows for less, the form always says all. */
export type NewBudget = Required<Omit<Schemas['BudgetForm'], 'is_active' | 'warn_percent' | 'shared'>> & {
  shared: boolean
  warn_percent: number
}
export type Budget = Schemas['BudgetView'] & NewBudget
/** A budget as somebody sees it whom it counts. */
export type OwnBudget = Schemas['OwnBudget']
export type OwnBudgets = Schemas['OwnBudgets']
/** For a million tokens. */
export type Price = Schemas['PriceForm'] & { shown: boolean }
export type Prices = { currency: string; prices: Price[] }

/** What a reply cost. */
export interface Cost {
  amount: number
  currency: string
}

export const readOwn = async (): Promise<OwnBudgets> => get('/api/v1/budgets/me')
export const readBudgets = async (): Promise<Budget[]> => (await get('/api/v1/budgets')) as Budget[]
export const makeBudget = async (body: NewBudget): Promise<unknown> => post('/api/v1/budgets', { body })
export const changeBudget = async (
  id: string,
  body: Partial<Pick<Budget, 'name' | 'amount' | 'warn_percent' | 'is_active'>>,
): Promise<unknown> => post('/api/v1/budgets/{id}', { path: { id }, body })
export const deleteBudget = async (id: string): Promise<unknown> => del('/api/v1/budgets/{id}', { path: { id } })
export const readPrices = async (): Promise<Prices> => (await get('/api/v1/budgets/prices')) as Prices
export const writePrices = async (body: Prices): Promise<Prices> => (await post('/api/v1/budgets/prices', { body })) as Prices
