import { ApiError } from '../api/client'
import { erase } from '../files/own'
import { upload } from '../files/upload'
import { t } from '../i18n/index.svelte'
import { reason } from '../ui/words'
import { outcomes } from './wire'

/** Sent at once; the others wait. A browser talks to a server over six connections, and the page needs some, too. */
const TOGETHER = 4
/** Files that are asked about at once: the server reads them in the order they came. */
const ASKED = 200
/** Pauses between one look at what the server has read and the next, in ms. */
const SOON = 150
const LATER = 1_000
/** How often others hear of what was added while more is on its way, in ms. */
const TOLD = 1_500
/** How long what is done is still shown when nothing goes on any more, in ms. */
const SEEN = 5_000

/** `reading`: the server has it, takes its text and puts it into the knowledge base. */
type State = 'waiting' | 'sending' | 'reading' | 'done' | 'failed'

/** One file on its way into a knowledge base. */
export class Going {
  readonly key = crypto.randomUUID()
  state = $state<State>('waiting')
  /** Which part of it is sent, from 0 to 1. */
  sent = $state(0)
  failure = $state<string | null>(null)
  /** Whether trying again may help. */
  again = $state(false)
  /** As it is stored. */
  id: string | null = null
  control = new AbortController()

  constructor(
    readonly file: File,
    readonly directory: string | null,
  ) {}

  get moving(): boolean {
    return this.state !== 'done' && this.state !== 'failed'
  }
}

/** Files that are uploaded into a knowledge base, each with how far it is and what is wrong with it. */
export class Uploads {
  list = $state.raw<Going[]>([])
  /** How many are in which state. */
  counts = $state<Record<State, number>>({ waiting: 0, sending: 0, reading: 0, done: 0, failed: 0 })
  readonly #knowledge: string
  readonly #added: () => void
  #queue: Going[] = []
  readonly #reading = new Map<string, Going>()
  #looking = false
  #stopped = false
  #clearing: ReturnType<typeof setTimeout> | undefined
  #telling: ReturnType<typeof setTimeout> | undefined

  /** `added` hears, not too often, that there are more files now. */
  constructor(knowledge: string, added: () => void) {
    ;[this.#knowledge, this.#added] = [knowledge, added]
  }

  get busy(): boolean {
    return this.counts.waiting + this.counts.sending + this.counts.reading > 0
  }

  start(files: Iterable<File>, directory: string | null): void {
    if (!this.busy) this.#clear()
    const more = [...files].map((file) => new Going(file, directory))
    this.counts.waiting += more.length
    this.list = [...this.list, ...more]
    this.#queue.push(...more)
    this.#next()
  }

  /** Sends anew what failed: this one, or all where it may help. */
  retry(which: Going[] = this.list.filter((one) => one.again)): void {
    for (const one of which.filter(({ state }) => state === 'failed')) {
      this.#forget(one)
      ;[one.failure, one.again, one.sent, one.control] = [null, false, 0, new AbortController()]
      this.#set(one, 'waiting')
      this.#queue.push(one)
    }
    this.#next()
  }

  /** Gives up what is not there yet, and what was stored of it. */
  dismiss(one: Going): void {
    one.control.abort()
    this.#forget(one)
    this.counts[one.state] -= 1
    this.list = this.list.filter(({ key }) => key !== one.key)
    this.#queue = this.#queue.filter(({ key }) => key !== one.key)
    this.#next()
  }

  /** Sends no more; what the server has goes on. */
  halt(): void {
    const unsent = new Set(this.list.filter(({ state }) => state === 'waiting' || state === 'sending'))
    for (const one of unsent) {
      one.control.abort()
      this.counts[one.state] -= 1
    }
    this.#queue = []
    this.list = this.list.filter((one) => !unsent.has(one))
    this.#ended()
  }

  /** Nobody looks any more. */
  stop(): void {
    this.#stopped = true
    clearTimeout(this.#clearing)
    clearTimeout(this.#telling)
    for (const one of this.list) one.control.abort()
  }

  #set(one: Going, state: State): void {
    this.counts[one.state] -= 1
    this.counts[state] += 1
    one.state = state
  }

  #forget(one: Going): void {
    if (!one.id || one.state === 'done') return
    this.#reading.delete(one.id)
    void erase(one.id).catch(() => undefined)
    one.id = null
  }

  /** What is done was seen: the list is of what goes on now, and of what went wrong. */
  #clear(): void {
    clearTimeout(this.#clearing)
    this.list = this.list.filter((one) => one.state !== 'done')
    this.counts.done = 0
  }

  #next(): void {
    while (this.counts.sending < TOGETHER) {
      const one = this.#queue.shift()
      if (!one) return
      void this.#send(one)
    }
  }

  async #send(one: Going): Promise<void> {
    const { signal } = one.control
    this.#set(one, 'sending')
    try {
      if (one.file.size === 0) throw new ApiError(t('files.empty'), 400)
      const metadata = { knowledge_id: this.#knowledge, ...(one.directory && { directory_id: one.directory }) }
      const stored = await upload(one.file, { read: true, metadata, signal, onsent: (part) => (one.sent = part) })
      one.id = stored.id
      if (signal.aborted) return this.#forget(one)
      this.#set(one, 'reading')
      this.#reading.set(stored.id, one)
      void this.#look()
    } catch (error) {
      if (signal.aborted) return
      // What the server says of the file itself stays true.
      this.#fail(one, reason(error), !(error instanceof ApiError) || ![400, 403, 413].includes(error.status))
    } finally {
      if (!this.#stopped) this.#next()
    }
  }

  #fail(one: Going, failure: string, again: boolean): void {
    this.#set(one, 'failed')
    ;[one.failure, one.again] = [failure, again]
    this.#ended()
  }

  /** Looks after what the server reads, until nothing is left. */
  async #look(): Promise<void> {
    if (this.#looking) return
    this.#looking = true
    let pause = SOON
    while (this.#reading.size && !this.#stopped) {
      await new Promise((resolve) => setTimeout(resolve, pause))
      pause = Math.min(LATER, pause * 1.5)
      const ids = [...this.#reading.keys()].slice(0, ASKED)
      try {
        const told = new Map((await outcomes(ids)).map((outcome) => [outcome.id, outcome]))
        for (const id of ids) this.#take(id, told.get(id))
      } catch {
        // Whoever cannot be asked now is asked again: the files are there.
        pause = LATER
      }
    }
    this.#looking = false
  }

  #take(id: string, outcome: { status: string; error?: string | null } | undefined): void {
    const one = this.#reading.get(id)
    if (!one || outcome?.status === 'pending' || outcome?.status === 'processing') return
    this.#reading.delete(id)
    if (outcome?.status !== 'completed') return this.#fail(one, outcome?.error ?? t('files.noText'), true)
    this.#set(one, 'done')
    this.#ended()
    this.#telling ??= setTimeout(
      () => {
        this.#telling = undefined
        this.#added()
      },
      this.busy ? TOLD : 0,
    )
  }

  #ended(): void {
    if (this.busy) return
    if (this.#telling) {
      clearTimeout(this.#telling)
      this.#telling = undefined
      this.#added()
    }
    clearTimeout(this.#clearing)
    this.#clearing = setTimeout(() => !this.busy && this.#clear(), SEEN)
  }
}
