import { patch } from '../api/client'
import { reason } from '../ui/words'
import { mayInstruct, maySet } from './panel.svelte'
import { changes, same, sentOf, systemOf, type Params } from './params'

/** Where what is set for the next new chat waits for it. */
const NEXT = 'controls:new'
/** What is typed is stored when somebody pauses. */
const PAUSE_MS = 600

/** What one chat sets for itself. It holds at once; it is stored with the chat, or waits until there is one. */
export class Controls {
  values = $state.raw<Params>({})
  /** It is known what is set: not so while a chat is read. */
  loaded = $state(true)
  /** Counts how often it became something else than what was typed here. */
  turn = $state(0)
  saved = $state(false)
  failure = $state<string | null>(null)
  any = $derived(!same(this.values, {}))

  #chat: string | null = null
  /** What the server has, or will have when everything that is on its way has arrived. */
  #stored: Params = {}
  /** One stay at a chat, and how much of what was set in it is on its way. */
  #stay = { flying: 0 }
  #last: Promise<unknown> = Promise.resolve()
  #timer: ReturnType<typeof setTimeout> | undefined

  readonly #own: boolean

  /** `own`: somebody may set something here; in chats of others nothing is set. */
  constructor(own: boolean) {
    this.#own = own
  }

  /** What goes before this conversation. */
  get system(): string {
    return mayInstruct() ? systemOf(this.values) : ''
  }

  /** Parameters that go with every question. */
  get sent(): Params {
    return maySet() ? sentOf(this.values) : {}
  }

  /** A new chat begins, with what was set for it. */
  next(): void {
    this.#leave(null)
    this.#take(this.#own ? recalled() : {})
    this.loaded = true
  }

  /** A stored chat is opened. */
  begin(chat: string): void {
    this.#leave(chat)
    this.#take({})
    this.loaded = !this.#own
  }

  /** What is stored with the chat; what was changed here meanwhile stays. */
  read(params: Params): void {
    this.loaded = true
    if (this.#stay.flying || !same(this.#stored, this.values)) return
    this.#stored = params
    this.#take(params)
  }

  /** Changes it; `wait` keeps it on this device for the chat that comes. */
  set(values: Params, wait: boolean): void {
    this.values = values
    this.saved = false
    clearTimeout(this.#timer)
    if (this.#chat) this.#timer = setTimeout(() => void this.store(), PAUSE_MS)
    else if (wait && this.any) localStorage.setItem(NEXT, JSON.stringify(values))
    else localStorage.removeItem(NEXT)
  }

  /** The new chat has got its id. */
  named(chat: string): void {
    this.taken()
    this.#chat = chat
    void this.store()
  }

  /** A chat began with what waited: the next one begins anew. */
  taken(): void {
    if (this.#own) localStorage.removeItem(NEXT)
  }

  /** Stores what is not stored yet. */
  async store(): Promise<void> {
    clearTimeout(this.#timer)
    const id = this.#chat
    const [stay, before, wanted] = [this.#stay, this.#stored, this.values]
    if (!id || same(before, wanted)) return
    this.#stored = wanted
    stay.flying += 1
    // One after the other: the last one is what holds.
    const done = this.#last.then(() => patch('/api/v1/chats/{id}/params', { path: { id }, body: changes(before, wanted) }))
    this.#last = done.catch(() => undefined)
    try {
      await done
      if (stay === this.#stay && same(this.#stored, this.values)) [this.saved, this.failure] = [true, null]
    } catch (error) {
      if (stay !== this.#stay) return
      this.#stored = before
      this.failure = reason(error)
    } finally {
      stay.flying -= 1
    }
  }

  /** What was typed last is still stored, in the chat it was typed for. */
  #leave(chat: string | null): void {
    void this.store()
    this.#chat = chat
    this.#stored = {}
    this.#stay = { flying: 0 }
    ;[this.saved, this.failure] = [false, null]
  }

  #take(values: Params): void {
    if (same(this.values, values)) return
    this.values = values
    this.turn += 1
  }
}

function recalled(): Params {
  try {
    const values: unknown = JSON.parse(localStorage.getItem(NEXT) ?? '{}')
    return values && typeof values === 'object' && !Array.isArray(values) ? (values as Params) : {}
  } catch {
    return {}
  }
}
