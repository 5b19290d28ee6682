import { get } from '../api/client'
import type { ChatSummary } from '../api/types'
import { reason } from '../ui/words'

const WAIT_MS = 150

/** Chats whose title or messages hold some words, asked when the typing rests. */
export class ChatSearch {
  found = $state.raw<ChatSummary[]>([])
  busy = $state(false)
  failure = $state<string | null>(null)
  #timer = 0
  #asked = 0

  look(text: string): void {
    clearTimeout(this.#timer)
    const mine = ++this.#asked
    this.busy = text.trim() !== ''
    if (!this.busy) {
      this.found = []
      this.failure = null
      return
    }
    this.#timer = window.setTimeout(() => void this.#ask(text.trim(), mine), WAIT_MS)
  }

  async #ask(text: string, mine: number): Promise<void> {
    try {
      const found = await get('/api/v1/chats/search', { query: { text, page: 1 } })
      if (mine !== this.#asked) return
      this.found = found
      this.failure = null
    } catch (error) {
      if (mine !== this.#asked) return
      this.failure = reason(error)
    }
    this.busy = false
  }
}
