import { t } from '../i18n/index.svelte'
import { reason } from '../ui/words'
import type { Command } from './commands'
import { asked } from './found'
import { question } from './operators'

const WAIT_MS = 150
/** Nobody waits longer for an answer. */
const PATIENCE_MS = 15_000
/** The server takes no longer words. */
const LONGEST = 500

/** What the server finds by some words, asked when the typing rests; a later question ends an earlier one. */
export class Search {
  found = $state.raw<Command[]>([])
  busy = $state(false)
  failure = $state<string | null>(null)
  #timer = 0
  #stop: AbortController | null = null

  look(words: string): void {
    this.stop()
    const { text, narrowed } = question(words.slice(0, LONGEST))
    this.busy = text !== ''
    if (this.busy) this.#timer = window.setTimeout(() => void this.#ask(text, narrowed), WAIT_MS)
    else [this.found, this.failure] = [[], null]
  }

  /** Nobody waits for an answer any more. */
  stop(): void {
    clearTimeout(this.#timer)
    this.#stop?.abort()
    this.#stop = null
    this.busy = false
  }

  async #ask(text: string, narrowed: boolean): Promise<void> {
    const stop = (this.#stop = new AbortController())
    const late = setTimeout(() => stop.abort(), PATIENCE_MS)
    const answers = await Promise.allSettled(asked({ text, narrowed }, stop.signal))
    clearTimeout(late)
    if (this.#stop !== stop) return
    // One kind that cannot be searched leaves the others.
    this.found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
    const failed = answers.find((answer) => answer.status === 'rejected')
    this.failure = failed ? (stop.signal.aborted ? t('app.unreached') : reason(failed.reason)) : null
    this.busy = false
  }
}
