import { get, post } from '../api/client'

/** What this client heeds of a person's settings; others are kept as they are. */
export interface Own {
  /** Chosen for new chats, where this browser knows no better. */
  models?: string[]
  /** Favourites, which stand first where models are picked. */
  pinnedModels?: string[]
  /** Put before every conversation. */
  system?: string
  title?: { auto?: boolean }
  autoTags?: boolean
  autoFollowUps?: boolean
  /** New chats are not stored. */
  temporaryChatByDefault?: boolean
  /** Messages take the whole width. */
  widescreenMode?: boolean
  chatDirection?: 'auto' | 'LTR' | 'RTL'
  /** Pictures are made smaller before they are sent. */
  imageCompression?: boolean
  /** Points, as numbers or in digits; nothing is no bound. */
  imageCompressionSize?: { width?: number | string | null; height?: number | string | null }
  /** Sent with every question, unless a chat knows better; of all it may hold this client heeds one. */
  params?: { tool_approval_mode?: string; [other: string]: unknown }
  /** How a message goes on is suggested while it is written. */
  promptAutocomplete?: boolean
  /** Tell when a reply is done while another page is looked at. */
  notificationEnabled?: boolean
}

let ui = $state.raw<Own>({})
let loaded = $state(false)
/** Changes follow each other: each is laid over what the one before left. */
let last: Promise<unknown> = Promise.resolve()

/** The signed-in person's own settings. */
export const own = {
  get ui(): Own {
    return ui
  },
  /** They are known: switches show what is stored. */
  get loaded(): boolean {
    return loaded
  },

  async load(): Promise<void> {
    ui = (await read(false)) as Own
    loaded = true
  },

  /** Shows a change at once and stores it; rejects, and takes it back, when it was not stored. */
  change(part: Own): Promise<void> {
    const before = ui
    ui = { ...ui, ...part }
    const stored = last.then(() => write(part))
    last = stored.catch(() => undefined)
    return stored.catch((error: unknown) => {
      ui = before
      throw error
    })
  },
}

/** `raw`: without what administrators gave everybody. */
async function read(raw: boolean): Promise<Record<string, unknown>> {
  const settings = await get('/api/v1/users/user/settings', { query: { raw } })
  return (settings?.ui ?? {}) as Record<string, unknown>
}

/** The server replaces the whole: other clients' settings must be in it. */
async function write(part: Own): Promise<void> {
  await post('/api/v1/users/user/settings/update', { body: { ui: { ...(await read(true)), ...part } } })
}
