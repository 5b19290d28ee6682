import { del, get, post } from '../api/client'

/** What people may spend. Amounts are messages, tokens or units of the currency; times are seconds. */

export const SUBJECTS = ['everyone', 'user', 'group', 'key'] as const
export const MEASURES = ['messages', 'tokens', 'money'] as const
export const PERIODS = ['day', 'month'] as const
export type Subject = (typeof SUBJECTS)[number]
export type Measure = (typeof MEASURES)[number]
export type Period = (typeof PERIODS)[number]

/** A budget as it is made. */
export interface NewBudget {
  name: string
  subject: Subject
  subject_id: string | null
  model_id: string | null
  shared: boolean
  measure: Measure
  period: Period
  amount: number
  warn_percent: number
}

export interface Budget extends NewBudget {
  id: string
  is_active: boolean
  /** In its present day or month: by all, by the one who spent most, and how many spent. */
  used: { total: number; most: number; holders: number }
}

/** A budget as somebody sees it whom it counts. */
export interface OwnBudget {
  id: string
  name: string
  by_key: boolean
  model_id: string | null
  shared: boolean
  measure: Measure
  period: Period
  amount: number
  spent: number
  left: number
  warn: boolean
  used_up: boolean
  resets_at: number
}

export interface OwnBudgets {
  currency: string
  warn: boolean
  budgets: OwnBudget[]
}

/** For a million tokens. */
export interface Price {
  model_id: string
  input: number
  output: number
  shown: boolean
}

export interface Prices {
  currency: string
  prices: Price[]
}

/** What a reply cost. */
export interface Cost {
  amount: number
  currency: string
}

type Loose = (path: string, parts?: { path?: Record<string, string>; body?: unknown }) => Promise<unknown>
// These addresses are airis' own; their shapes are written above.
const asks = { get, post, del } as unknown as Record<'get' | 'post' | 'del', Loose>

export const readOwn = (): Promise<OwnBudgets> => asks.get('/api/v1/budgets/me') as Promise<OwnBudgets>
export const readBudgets = (): Promise<Budget[]> => asks.get('/api/v1/budgets') as Promise<Budget[]>
export const makeBudget = (body: NewBudget): Promise<unknown> => asks.post('/api/v1/budgets', { body })
export const changeBudget = (id: string, body: Partial<Pick<Budget, 'name' | 'amount' | 'warn_percent' | 'is_active'>>): Promise<unknown> =>
  asks.post('/api/v1/budgets/{id}', { path: { id }, body })
export const deleteBudget = (id: string): Promise<unknown> => asks.del('/api/v1/budgets/{id}', { path: { id } })
export const readPrices = (): Promise<Prices> => asks.get('/api/v1/budgets/prices') as Promise<Prices>
export const writePrices = (body: Prices): Promise<Prices> => asks.post('/api/v1/budgets/prices', { body }) as Promise<Prices>
