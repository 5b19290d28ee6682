import { t } from '../i18n/index.svelte'
import { models } from '../models/models.svelte'
import { reason } from '../ui/words'
import { pullLines, type Line } from './ollama'

/** One model on its way to an Ollama server. */
export class Pull {
  /** What the server does just now, in its words. */
  status = $state('')
  /** Bytes that are there, and of all parts that are known; 0 until one is. */
  completed = $state(0)
  total = $state(0)
  state = $state<'going' | 'done' | 'failed'>('going')
  failure = $state<string | null>(null)
  readonly control = new AbortController()
  readonly #parts = new Map<string, { total: number; completed: number }>()

  constructor(
    /** The server. */
    readonly url: string,
    readonly model: string,
  ) {}

  /** Takes what the server tells; throws what went wrong there. */
  take(line: Line): void {
    if (line.error) throw new Error(line.error)
    this.status = line.status ?? this.status
    if (!line.digest || !line.total) return
    this.#parts.set(line.digest, { total: line.total, completed: line.completed ?? 0 })
    const parts = [...this.#parts.values()]
    this.total = parts.reduce((sum, part) => sum + part.total, 0)
    this.completed = parts.reduce((sum, part) => sum + part.completed, 0)
  }
}

let list = $state<Pull[]>([])

/** What is being fetched. It goes on while other pages are looked at, and ends when the client does. */
export const pulls = {
  of: (url: string): Pull[] => list.filter((pull) => pull.url === url),

  /** Begins; resolves when it has ended, however it did. */
  async start(url: string, at: number, model: string): Promise<void> {
    const known = list.find((pull) => pull.url === url && pull.model === model)
    if (known?.state === 'going') return
    if (known) this.dismiss(known)
    const pull = new Pull(url, model)
    list.push(pull)
    try {
      for await (const line of pullLines(at, model, pull.control.signal)) if (line && typeof line === 'object') pull.take(line)
      if (pull.status !== 'success') throw new Error(t('ollama.broken'))
      pull.state = 'done'
      void models.refresh(true)
    } catch (error) {
      if (pull.control.signal.aborted) return
      ;[pull.state, pull.failure] = ['failed', reason(error)]
    }
  },

  /** Ends it, or forgets what has ended. */
  dismiss(pull: Pull): void {
    pull.control.abort()
    list = list.filter((one) => one !== pull)
  },
}
