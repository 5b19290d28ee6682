import { reason } from '../ui/words'

/** What a list is asked for. */
export interface Wanted {
  query?: string
  tag?: string
  view_option?: string
  page: number
}

/** Things of the workspace, a page at a time, as they were last searched for. */
export class Listing<T> {
  /** Null until the first answer. */
  items = $state.raw<T[] | null>(null)
  total = $state(0)
  query = $state('')
  tag = $state('')
  /** `created`: own ones; `shared`: those of others; empty: all. */
  view = $state('')
  failure = $state<string | null>(null)
  busy = $state(false)
  #page = 1
  #asked = 0
  #read: (wanted: Wanted) => Promise<{ items: T[]; total: number }>

  constructor(read: (wanted: Wanted) => Promise<{ items: T[]; total: number }>) {
    this.#read = read
  }

  get more(): boolean {
    return this.items !== null && this.items.length < this.total
  }

  /** Whether something narrows the list. */
  get narrowed(): boolean {
    return Boolean(this.query || this.tag || this.view)
  }

  /** Reads a page; an answer that a later question has overtaken is dropped. */
  async load(page = 1): Promise<void> {
    const asked = ++this.#asked
    this.busy = true
    const { query, tag, view } = this
    const wanted: Wanted = { page, ...(query && { query }), ...(tag && { tag }), ...(view && { view_option: view }) }
    try {
      const found = await this.#read(wanted)
      if (asked !== this.#asked) return
      this.items = page === 1 ? found.items : [...(this.items ?? []), ...found.items]
      this.total = found.total
      this.#page = page
      this.failure = null
    } catch (error) {
      if (asked === this.#asked) this.failure = reason(error)
    }
    if (asked === this.#asked) this.busy = false
  }

  next(): Promise<void> {
    return this.load(this.#page + 1)
  }

  /** Does something to the things listed and looks at them again. */
  async change(action: () => Promise<unknown>): Promise<void> {
    try {
      await action()
      await this.load()
    } catch (error) {
      this.failure = reason(error)
    }
  }
}
