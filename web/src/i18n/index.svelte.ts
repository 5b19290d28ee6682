import en from './en'
import type later from './later.en'

export type Key = keyof typeof en | keyof typeof later
export type Locale = 'en' | 'de'

const initial = (): Locale => {
  const stored = localStorage.getItem('locale')
  if (stored === 'en' || stored === 'de') return stored
  return navigator.language.startsWith('de') ? 'de' : 'en'
}

/** English, as far as it is there. */
let english = en as Record<Key, string>
let words = $state.raw(english)
let current = $state<Locale>('en')

/** Switches the language; the words are fetched when first needed. */
export async function setLocale(locale: Locale): Promise<void> {
  words = locale === 'de' ? (await import('./de')).default : english
  current = locale
  localStorage.setItem('locale', locale)
  document.documentElement.lang = locale
}

/** Fetches the words that nobody reads while signing in, which does not wait for them. */
export async function allWords(): Promise<void> {
  english = { ...en, ...(await import('./later.en')).default }
  if (current === 'en') words = english
}

export const locale = (): Locale => current

/** `{name}`, or `{name|one|other}`: the first word where the number is 1, else the second. */
const BLANK = /\{(\w+)(?:\|([^|}]*)\|([^|}]*))?\}/g

/** A text in the reader's language, with its blanks filled in. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  return words[key].replace(BLANK, (_, name: string, one?: string, other?: string) =>
    one === undefined ? String(values[name] ?? '') : Number(values[name]) === 1 ? one : (other ?? ''),
  )
}

/** The reader's words are there, or cannot be had: those of the start are English. */
export const spoken: Promise<void> = setLocale(initial()).catch(() => undefined)
