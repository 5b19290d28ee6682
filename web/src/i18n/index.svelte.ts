import type all from './en'
import start from './start.en'

export type Key = keyof typeof all
export type Locale = 'en' | 'de'

const initial = (): Locale => {
  const stored = localStorage.getItem('locale')
  if (stored === 'en' || stored === 'de') return stored
  return navigator.language.startsWith('de') ? 'de' : 'en'
}

let english: Partial<Record<Key, string>> = start
let words = $state.raw<Partial<Record<Key, string>>>(start)
let current = $state<Locale>('en')

/** Takes the English words of everything behind the door; `all.ts` hands them over. */
export function learn(all: Record<Key, string>): void {
  english = all
  if (current === 'en') words = all
}

/** Switches the language; the words are fetched when first needed. */
export async function setLocale(locale: Locale): Promise<void> {
  words = locale === 'de' ? (await import('./de')).default : english
  current = locale
  localStorage.setItem('locale', locale)
  document.documentElement.lang = locale
}

export const locale = (): Locale => current

/** `{name}`, or `{name|one|other}`: the first word where the number is 1, else the second. */
const BLANK = /\{(\w+)(?:\|([^|}]*)\|([^|}]*))?\}/g

/** A text in the reader's language, with its blanks filled in. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  return (words[key] ?? key).replace(BLANK, (_, name: string, one?: string, other?: string) =>
    one === undefined ? String(values[name] ?? '') : Number(values[name]) === 1 ? one : (other ?? ''),
  )
}

/** The reader's words are there, or cannot be had: those of the start are English. */
export const spoken: Promise<void> = setLocale(initial()).catch(() => undefined)
