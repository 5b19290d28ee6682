import { get } from '../api/client'
import { models } from '../models/models.svelte'

/** Something that models may be given to call: a server of tools. */
export interface Tool {
  id: string
  name: string
  description: string
  /** False: the person has to sign in there first. */
  authenticated: boolean
}

type Row = { id: string; name: string; meta: Record<string, unknown>; authenticated?: boolean }

const key = (chat: string): string => `tools:${chat}`

/** What somebody switched on for a chat; undefined where nobody has chosen. */
function read(chat: string): string[] | undefined {
  try {
    const ids: unknown = JSON.parse(localStorage.getItem(key(chat)) ?? 'null')
    return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : undefined
  } catch {
    return undefined
  }
}

/** What the picked models bring along. */
const brought = (): string[] => [...new Set(models.about.flatMap((meta) => meta.toolIds ?? []))]

class Tools {
  list = $state.raw<Tool[]>([])
  /** Which tools there are is known. */
  #known = $state(false)
  /** What is switched on, by chat; read from this device when a chat is first looked at. */
  #picked = $state<Record<string, string[]>>({})

  /** Reads which tools there are. Without an answer there are none to pick, and the chat goes on. */
  async load(): Promise<void> {
    try {
      const rows: Row[] = await get('/api/v1/tools/')
      this.list = rows
        .filter((row) => row.id.startsWith('server:'))
        .map((row) => ({
          id: row.id,
          name: row.name,
          description: typeof row.meta.description === 'string' ? row.meta.description : '',
          authenticated: row.authenticated !== false,
        }))
      this.#known = true
    } catch {
      this.list = []
    }
  }

  /** Ids of the tools that are on in a chat, of those that there are. A chat without an id yet is `new`. */
  of(chat: string): string[] {
    const ids = this.#picked[chat] ?? read(chat) ?? brought()
    // Whoever asks before the list is here is told by the server what is not there.
    return ids.filter((id) => !this.#known || this.list.some((tool) => tool.id === id && tool.authenticated))
  }

  toggle(chat: string, id: string): void {
    const ids = this.of(chat)
    this.#keep(chat, ids.includes(id) ? ids.filter((other) => other !== id) : [...ids, id])
  }

  /** A new chat has got its id: what was switched on and off for it belongs to it. */
  move(from: string, to: string): void {
    const ids = this.#picked[from] ?? read(from)
    if (!ids) return
    this.#keep(to, ids)
    delete this.#picked[from]
    localStorage.removeItem(key(from))
  }

  #keep(chat: string, ids: string[]): void {
    this.#picked[chat] = ids
    if (ids.length || brought().length) localStorage.setItem(key(chat), JSON.stringify(ids))
    else localStorage.removeItem(key(chat))
  }
}

export const tools = new Tools()

/** Where somebody signs in at a server of tools. */
export const signInAt = (tool: Tool): string => `/oauth/clients/${encodeURIComponent(tool.id.slice('server:'.length))}/authorize`

/** What went wrong with a sign-in that somebody just came back from (`/?error=…`); said once. */
export function takeError(): string | null {
  const url = new URL(location.href)
  const text = url.searchParams.get('error')
  if (text === null) return null
  url.searchParams.delete('error')
  history.replaceState(history.state, '', url)
  return text || null
}
