import type { Envelope } from '../api/types'
import { session } from '../auth/session.svelte'
import { ask, onEvent } from '../realtime/socket.svelte'

interface Someone {
  id: string
  name: string
}

/** Milliseconds after which nobody is taken to write any more who has not said so again. */
const QUIET = 6_000
/** Milliseconds between two words that one is writing. */
const AGAIN = 2_500

/** Who else has the chat open, and who of them is writing in it. */
export class Company {
  /** Without the person who looks, in the server's order. */
  here = $state.raw<Someone[]>([])
  writing = $state.raw<Someone[]>([])
  #chat: () => string | null
  #quiet = new Map<string, number>()
  #told = 0
  #stop: () => void

  constructor(chat: () => string | null) {
    this.#chat = chat
    this.#stop = onEvent((event) => this.#hear(event))
  }

  destroy(): void {
    this.#stop()
    this.reset()
  }

  /** Another chat is shown. */
  reset(): void {
    for (const timer of this.#quiet.values()) clearTimeout(timer)
    this.#quiet.clear()
    this.here = this.writing = []
    this.#told = 0
  }

  /** The others are told that something is being written, or no longer. */
  tell(typing: boolean): void {
    const now = Date.now()
    if (!this.here.length || (typing ? now - this.#told < AGAIN : !this.#told)) return
    this.#told = typing ? now : 0
    void ask('events:chat', { chat_id: this.#chat(), data: { type: 'typing', data: { typing } } })
  }

  #hear(event: Envelope): void {
    if (event.chat_id !== this.#chat()) return
    if (event.data.type === 'chat:presence') {
      const { users } = event.data.data as { users: Someone[] }
      this.here = users.filter((user) => user.id !== session.user?.id)
      for (const user of this.writing) if (!this.here.some((one) => one.id === user.id)) this.#silent(user.id)
    }
    if (event.data.type === 'typing' && event.user && event.user.id !== session.user?.id) {
      const { typing } = event.data.data as { typing: boolean }
      this.#silent(event.user.id)
      if (typing) this.#speaks(event.user)
    }
  }

  #speaks(user: Someone): void {
    this.writing = [...this.writing, user]
    this.#quiet.set(
      user.id,
      window.setTimeout(() => this.#silent(user.id), QUIET),
    )
  }

  #silent(id: string): void {
    clearTimeout(this.#quiet.get(id))
    this.#quiet.delete(id)
    this.writing = this.writing.filter((user) => user.id !== id)
  }
}
