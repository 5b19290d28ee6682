import { t } from '../i18n/index.svelte'

/** How long a session lasts: pairs of number and unit, or without an end. */
const LIFETIME = /^(-1|0|(\d+(\.\d+)?(ms|s|m|h|d|w))+)$/

/** What is wrong with a text of a setting; empty: nothing. */
export type Check = (text: string | null | undefined) => string

export const lifetime: Check = (text) => (LIFETIME.test(text?.trim() ?? '') ? '' : t('check.lifetime'))
/** An address of the web, or nothing. */
export const webAddress: Check = (text) => (!text?.trim() || isWeb(text) ? '' : t('check.address'))
export const email: Check = (text) => (!text?.trim() || /^\S+@\S+$/.test(text.trim()) ? '' : t('check.email'))
export const filled: Check = (text) => (text?.trim() ? '' : t('check.filled'))

/** A JSON object, or nothing. */
export const jsonObject: Check = (text) => (!text?.trim() || isObject(text) ? '' : t('check.object'))

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return value !== null && typeof value === 'object' && !Array.isArray(value)
  } catch {
    return false
  }
}

function isWeb(text: string): boolean {
  try {
    return ['http:', 'https:'].includes(new URL(text.trim()).protocol)
  } catch {
    return false
  }
}

/** Only the fields with something wrong. */
export const found = (problems: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(problems).filter(([, problem]) => problem))
