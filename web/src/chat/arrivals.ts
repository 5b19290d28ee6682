import type { Envelope, OutputItem } from '../api/types'
import { session } from '../auth/session.svelte'
import { ask, onEvent } from '../realtime/socket.svelte'
import { apply } from './stream'
import { adopt, type Messages } from './tree'

/** The conversation that the events are for. */
export interface Listening {
  id: string | null
  title: string
  messages: Messages
  leaf: string | null
  /** Reads the chat again. */
  load(): Promise<void>
  /** Reads the chat again, and asks again to hear of it. */
  again(): Promise<void>
  /** A reply has ended: what is shown now is worth keeping. */
  ended(): void
}

interface LiveState {
  turn_id: string
  seq: number
  output: OutputItem[]
  content: string
}

/** How often a state that nobody tells is asked for again, and the pause in between. */
const TRIES = 8
const PAUSE_MS = 500

/** Whether an event holds all of a reply. */
const isWhole = (event: Envelope): boolean => (event.data.data as { output?: unknown } | null | undefined)?.output !== undefined

/** What arrives for an open conversation: put in order, and applied once a frame. */
export class Arrivals {
  #to: Listening
  #known = new Map<string, number>()
  #waiting: Envelope[] = []
  #frame = 0
  #naming = false
  #loading = 0
  /** Replies that were looked for on the server because an event named them. */
  #sought = new Set<string>()
  /** Events before which something was missing, and was asked for. */
  #filled = new Set<string>()
  #stop: () => void

  constructor(to: Listening) {
    this.#to = to
    this.#stop = onEvent((event) => this.#hear(event))
  }

  destroy(): void {
    this.#stop()
    cancelAnimationFrame(this.#frame)
  }

  /** Another conversation begins. */
  reset(): void {
    this.#known.clear()
    this.#sought.clear()
    this.#filled.clear()
    this.#waiting = []
    this.#naming = false
  }

  /** A new chat has no id yet: its first events may overtake the answer that names it. */
  expect(naming: boolean): void {
    this.#naming = naming
  }

  /** The chat has its id: what came for others meanwhile is dropped. */
  named(): void {
    this.#naming = false
    this.#waiting = this.#waiting.filter((event) => event.chat_id === this.#to.id)
    this.#paint()
  }

  /** While the chat is read, events wait, to be laid over what was read. `busy` hears whether anything is still read. */
  async during(reading: () => Promise<void>, busy: (still: boolean) => void): Promise<void> {
    this.#loading += 1
    busy(true)
    try {
      await reading()
    } finally {
      this.#loading -= 1
      busy(this.#loading > 0)
      this.#paint()
    }
  }

  /** Replies that still run: their state so far, and the number of its last event. */
  async resume(): Promise<void> {
    for (const message of Object.values(this.#to.messages)) {
      if (message.role !== 'assistant' || message.done !== false) continue
      const payload = { chat_id: this.#to.id, data: { type: 'resume', data: { message_id: message.id } } }
      const live = await ask<LiveState | null>('events:chat', payload)
      if (!live) continue
      this.#known.set(message.id, live.seq)
      message.output = live.output
      message.content = live.content
    }
  }

  #hear(event: Envelope): void {
    if (event.chat_id !== this.#to.id && !this.#naming) return
    // One's own replies come in full to every page; what was said on another page comes only this way.
    if (event.shared && event.user_id === session.user?.id && event.data.type !== 'chat:messages') return
    this.#waiting.push(event)
    this.#frame ||= requestAnimationFrame(() => this.#paint())
  }

  /** Whether something before this event never arrived, be it the beginning; said once of each. */
  #lacks(event: Envelope, seen: number): boolean {
    if (event.seq === undefined || event.seq <= seen + 1 || isWhole(event)) return false
    const key = `${event.message_id} ${event.seq}`
    if (this.#filled.has(key)) return false
    this.#filled.add(key)
    return true
  }

  /** Asks for what came before an event, until it is known: what follows must not be shown without it. */
  async #fill({ message_id = '', seq = 0 }: Envelope): Promise<void> {
    const known = () => (this.#known.get(message_id) ?? 0) >= seq - 1
    const told = () => this.#waiting.some((event) => event.message_id === message_id && isWhole(event))
    for (let tries = 0; tries < TRIES; tries++) {
      await this.resume()
      if (known() || told() || this.#to.messages[message_id]?.done !== false) return
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  }

  /** Everything that arrived since the last frame at once. */
  #paint(): void {
    this.#frame = 0
    if (this.#naming || this.#loading) return
    const to = this.#to
    let missing = false
    const events = this.#waiting.splice(0)
    for (const [at, event] of events.entries()) {
      if (event.data.type === 'chat:title') to.title = String(event.data.data)
      if (event.data.type === 'chat:reload') void to.load()
      if (event.data.type === 'chat:access') void to.again()
      if (event.data.type === 'chat:messages') {
        to.leaf = adopt(to.messages, event.data.data as { messages: Messages; currentId: string }) ?? to.leaf
        continue
      }
      const message = event.message_id ? to.messages[event.message_id] : undefined
      if (!message) {
        missing ||= event.seq !== undefined && !this.#sought.has(event.message_id ?? '')
        if (event.message_id) this.#sought.add(event.message_id)
        continue
      }
      const seen = this.#known.get(message.id) ?? 0
      if (event.seq !== undefined && event.seq <= seen) continue
      if (this.#lacks(event, seen)) {
        // Events were lost on the way: the state is asked for, and what came since is laid over it.
        this.#waiting.unshift(...events.slice(at))
        void this.during(
          () => this.#fill(event),
          () => {},
        )
        break
      }
      if (event.seq !== undefined) this.#known.set(message.id, event.seq)
      // Numbered events belong to a reply that runs: perhaps another page of the same person lets it go on.
      if (event.seq !== undefined) message.done = false
      apply(message, event)
      // A reply that goes on is numbered from the start again.
      if (message.done) this.#known.delete(message.id)
      if (event.data.type === 'chat:completion' && message.done) {
        void ask('events:chat', { chat_id: to.id, data: { type: 'last_read_at' } })
        to.ended()
      }
    }
    if (missing) void to.load()
  }
}
