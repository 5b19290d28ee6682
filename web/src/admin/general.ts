import type { AdminConfig } from '../api/types'
import { readAccounts, writeAccounts } from './wire'

/** The settings of the first page; those of the interface that people start from are a text there. */
export type General = AdminConfig & { first: string }

export function generalOf(config: AdminConfig): General {
  const first = config.DEFAULT_INTERFACE_SETTINGS ?? {}
  return { ...config, first: Object.keys(first).length ? JSON.stringify(first, null, 2) : '' }
}

/** `first` must be a JSON object, or nothing. */
export function configOf({ first, ...config }: General): AdminConfig {
  return { ...config, DEFAULT_INTERFACE_SETTINGS: first.trim() ? (JSON.parse(first) as Record<string, unknown>) : {} }
}

export const readGeneral = async (): Promise<General> => generalOf(await readAccounts())
export const writeGeneral = async (value: General): Promise<General> => generalOf(await writeAccounts(configOf(value)))
