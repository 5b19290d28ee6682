import { models } from '../models/models.svelte'

/** What somebody chose; undefined where nobody has. */
function kept(key: string): boolean | undefined {
  const word = localStorage.getItem(key)
  return word === null ? undefined : word === 'on'
}

/** Something that is switched on for the questions of a chat, kept on this device; a chat without an id yet is `new`. */
export class Wish {
  #picked = $state<Record<string, boolean>>({})
  readonly #name: string
  readonly #may: () => boolean
  readonly #wanted: () => boolean

  /** `may`: whether this server does it, and for this person; `wanted`: whether it is on where nobody has chosen. */
  constructor(name: string, may: () => boolean, wanted: () => boolean) {
    this.#name = name
    this.#may = may
    this.#wanted = wanted
  }

  of(chat: string): boolean {
    return this.#may() && (this.#picked[chat] ?? kept(this.#key(chat)) ?? this.#wanted())
  }

  set(chat: string, on: boolean): void {
    this.#picked[chat] = on
    if (on || this.#wanted()) localStorage.setItem(this.#key(chat), on ? 'on' : 'off')
    else localStorage.removeItem(this.#key(chat))
  }

  /** A new chat has got its id: what was chosen for it belongs to it. */
  move(from: string, to: string): void {
    const on = this.#picked[from] ?? kept(this.#key(from))
    if (on === undefined) return
    this.set(to, on)
    delete this.#picked[from]
    localStorage.removeItem(this.#key(from))
  }

  #key(chat: string): string {
    return `${this.#name}:${chat}`
  }
}

/** Whether a picked model is set up to begin with a feature. */
export const begins = (feature: string): boolean =>
  models.about.some((meta) => meta.defaultFeatureIds?.includes(feature) && meta.capabilities?.[feature] !== false)
