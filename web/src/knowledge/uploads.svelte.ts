import { ApiError } from '../api/client'
import { t } from '../i18n/index.svelte'
import { reason } from '../ui/words'
import { outcome, upload } from '../files/upload'
import { add } from './wire'

/** Sent at once; the others wait. */
const TOGETHER = 3
/** How long what is done is still shown when nothing goes on any more, in ms. */
const SEEN = 5_000

/** `reading`: its text is being taken; `adding`: it is being put into the knowledge base. */
type State = 'waiting' | 'sending' | 'reading' | 'adding' | 'done' | 'failed'

/** One file on its way into a knowledge base. */
export class Going {
  readonly key = crypto.randomUUID()
  state = $state<State>('waiting')
  /** Which part of it is sent, from 0 to 1. */
  sent = $state(0)
  failure = $state<string | null>(null)
  /** Whether trying again may help. */
  again = $state(false)
  /** As it is stored; what is stored is not sent again. */
  id: string | null = null
  readonly control = new AbortController()

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
  list = $state<Going[]>([])
  readonly #knowledge: string
  readonly #added: () => void
  #clearing: ReturnType<typeof setTimeout> | undefined

  /** `added` hears of every file that is there now. */
  constructor(knowledge: string, added: () => void) {
    ;[this.#knowledge, this.#added] = [knowledge, added]
  }

  get busy(): boolean {
    return this.list.some((one) => one.moving)
  }

  get done(): number {
    return this.list.filter((one) => one.state === 'done').length
  }

  start(files: Iterable<File>, directory: string | null): void {
    if (!this.busy) this.#clear()
    for (const file of files) this.list.push(new Going(file, directory))
    this.#next()
  }

  retry(one: Going): void {
    ;[one.state, one.failure, one.again, one.sent] = ['waiting', null, false, one.id ? 1 : 0]
    this.#next()
  }

  dismiss(one: Going): void {
    one.control.abort()
    this.list = this.list.filter(({ key }) => key !== one.key)
    this.#next()
  }

  stop(): void {
    clearTimeout(this.#clearing)
    for (const one of this.list) one.control.abort()
  }

  /** What is done was seen: the list is of what goes on now, and of what went wrong. */
  #clear(): void {
    clearTimeout(this.#clearing)
    this.list = this.list.filter((one) => one.state !== 'done')
  }

  #next(): void {
    const room = TOGETHER - this.list.filter((one) => one.moving && one.state !== 'waiting').length
    for (const one of this.list.filter(({ state }) => state === 'waiting').slice(0, Math.max(0, room))) void this.#send(one)
  }

  async #send(one: Going): Promise<void> {
    const { signal } = one.control
    try {
      if (!one.id) {
        one.state = 'sending'
        if (one.file.size === 0) throw new ApiError(t('files.empty'), 400)
        one.id = (await upload(one.file, { read: true, signal, onsent: (part) => (one.sent = part) })).id
      }
      one.state = 'reading'
      const end = await outcome(one.id, signal)
      if (signal.aborted) return
      if (end?.status === 'failed') throw new ApiError(end.error ?? t('files.noText'), 400)
      one.state = 'adding'
      await add(this.#knowledge, one.id, one.directory)
      one.state = 'done'
      this.#added()
    } catch (error) {
      if (signal.aborted) return
      ;[one.state, one.failure] = ['failed', reason(error)]
      // What the server says of the file itself stays true.
      one.again = !(error instanceof ApiError) || ![400, 403, 413].includes(error.status)
    } finally {
      this.#next()
      if (!this.busy && !signal.aborted) {
        clearTimeout(this.#clearing)
        this.#clearing = setTimeout(() => !this.busy && this.#clear(), SEEN)
      }
    }
  }
}
