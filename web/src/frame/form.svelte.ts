import { tick } from 'svelte'
import { ApiError } from '../api/client'
import { t } from '../i18n/index.svelte'
import { reason } from '../ui/words'

/** What is wrong, by field. */
export type Problems = Record<string, string>

/** Settings that are read, changed and stored as one: what is on the page, and whether it is stored. */
export class Form<T extends object> {
  /** What the fields hold; null until it was read. */
  value = $state<T | null>(null)
  busy = $state(false)
  /** The last thing that was done is that it was stored. */
  saved = $state(false)
  failure = $state<string | null>(null)
  problems = $state.raw<Problems>({})
  #kept = $state.raw('')
  dirty = $derived(this.value !== null && JSON.stringify(this.value) !== this.#kept)

  readonly #read: () => Promise<T>
  readonly #write: (value: T) => Promise<T>
  readonly #check: (value: T) => Problems

  /** `write` answers what is stored then; `check` finds what the server would refuse or should not be told. */
  constructor(read: () => Promise<T>, write: (value: T) => Promise<T>, check: (value: T) => Problems = () => ({})) {
    this.#read = read
    this.#write = write
    this.#check = check
  }

  async load(): Promise<void> {
    this.failure = null
    try {
      this.#take(await this.#read())
    } catch (error) {
      this.failure = reason(error)
    }
  }

  /** Back to what is stored. */
  revert(): void {
    if (this.#kept) this.value = JSON.parse(this.#kept) as T
    this.#clear()
  }

  async save(): Promise<void> {
    if (!this.value || this.busy || !this.dirty) return
    const wanted = $state.snapshot(this.value) as T
    this.#clear()
    this.problems = this.#check(wanted)
    if (Object.keys(this.problems).length) return this.#point(t('frame.wrong'))
    this.busy = true
    try {
      this.#take(await this.#write(wanted))
      this.saved = true
    } catch (error) {
      if (error instanceof ApiError) this.problems = error.fields
      await this.#point(reason(error))
    }
    this.busy = false
  }

  #take(value: T): void {
    this.value = value
    this.#kept = JSON.stringify(value)
  }

  #clear(): void {
    this.failure = null
    this.problems = {}
    this.saved = false
  }

  /** Says what is wrong, and goes to the first field that is. */
  async #point(text: string): Promise<void> {
    this.failure = text
    await tick()
    document.querySelector<HTMLElement>('main [aria-invalid=true]')?.focus()
  }
}
