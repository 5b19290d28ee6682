import { post } from '../api/client'
import { t } from '../i18n/index.svelte'
import { reason } from '../ui/words'
import { runApart } from './javascript'
import type { Runner } from './kinds'
import { heard, lines, type Line } from './said'

/** JavaScript ends then, whatever it is about; Python as its server wants. */
export const LONGEST_S = 10
/** What is printed quickly is shown together. */
const PAUSE_MS = 50
const MOST_LINES = 1000

/** One run of one block: what it printed so far, and how it stands. */
export class Run {
  lines = $state.raw<Line[]>([])
  state = $state<'running' | 'done' | 'stopped' | 'late'>('running')
  /** It printed more than is kept. */
  more = $state(false)

  #end: () => void = () => undefined
  #clock: ReturnType<typeof setTimeout> | undefined
  #pause: ReturnType<typeof setTimeout> | undefined
  #next: Line[] = []

  constructor(code: string, runner: Runner) {
    if (runner === 'javascript') this.#apart(code)
    else void this.#elsewhere(code)
  }

  stop(): void {
    this.#over('stopped')
  }

  #apart(code: string): void {
    this.#clock = setTimeout(() => this.#over('late'), LONGEST_S * 1000)
    this.#end = runApart(
      code,
      (message) => {
        const said = heard(message)
        if (said === 'done') this.#over('done')
        else if (said === 'full') this.more = true
        else if (said) this.#add([said])
      },
      () => {
        this.#add([{ kind: 'error', text: t('code.noRun') }])
        this.#over('done')
      },
    )
  }

  async #elsewhere(code: string): Promise<void> {
    const ended = new AbortController()
    this.#end = () => ended.abort()
    try {
      this.#add(lines(await post('/api/v1/utils/code/execute', { body: { code }, signal: ended.signal })))
    } catch (error) {
      if (this.state === 'running') this.#add([{ kind: 'error', text: reason(error) }])
    }
    this.#over('done')
  }

  #add(said: Line[]): void {
    this.#next.push(...said)
    this.#pause ??= setTimeout(() => this.#show(), PAUSE_MS)
  }

  #show(): void {
    clearTimeout(this.#pause)
    this.#pause = undefined
    if (!this.#next.length) return
    const all = [...this.lines, ...this.#next]
    this.#next = []
    if (all.length > MOST_LINES) this.more = true
    this.lines = all.slice(0, MOST_LINES)
  }

  #over(state: 'done' | 'stopped' | 'late'): void {
    if (this.state !== 'running') return
    this.state = state
    clearTimeout(this.#clock)
    this.#end()
    this.#show()
  }
}
