/** What is read aloud: one message at a time. */
class Aloud {
  /** The message. */
  of = $state<string | null>(null)
  /** Its voice is there; until then it is waited for. */
  sounding = $state(false)
  #end: AbortController | null = null

  /** Ends what is read, and begins another; the signal says when that ends. */
  begin(id: string): AbortSignal {
    this.stop()
    this.of = id
    this.#end = new AbortController()
    return this.#end.signal
  }

  stop(): void {
    this.#end?.abort()
    this.#end = null
    this.of = null
    this.sounding = false
  }

  /** It has come to its end, unless something else is read by now. */
  over(signal: AbortSignal): void {
    if (this.#end?.signal === signal) this.stop()
  }
}

export const aloud = new Aloud()
