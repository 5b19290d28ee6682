import { may } from '../auth/permissions'
import { session } from '../auth/session.svelte'
import { t } from '../i18n/index.svelte'
import { models } from '../models/models.svelte'
import { confirm } from '../ui/confirm.svelte'

/** What the search is called among the features of a model. */
export const WEB = 'web_search'
const key = (chat: string): string => `web:${chat}`

/** What somebody chose for a chat; undefined where nobody has. */
function kept(chat: string): boolean | undefined {
  const word = localStorage.getItem(key(chat))
  return word === null ? undefined : word === 'on'
}

/** Whether a picked model wants it. Where people agree first, it waits for them. */
const wanted = (): boolean =>
  session.config?.features.enable_web_search_confirmation !== true &&
  models.about.some((meta) => meta.defaultFeatureIds?.includes(WEB) && meta.capabilities?.[WEB] !== false)

/** Whether this server searches the web, and lets the person have it searched. */
export const maySearch = (): boolean => session.config?.features.enable_web_search === true && may('features.web_search')

/** Chats whose questions go to the web, on this device; a chat without an id yet is `new`. */
class Web {
  #picked = $state<Record<string, boolean>>({})

  of(chat: string): boolean {
    return maySearch() && (this.#picked[chat] ?? kept(chat) ?? wanted())
  }

  /** Switches it. Where administrators want that, the person agrees first that questions leave the server. */
  async toggle(chat: string): Promise<void> {
    const on = !this.of(chat)
    if (on && !(await agreed())) return
    this.#keep(chat, on)
  }

  /** A new chat has got its id: what was chosen for it belongs to it. */
  move(from: string, to: string): void {
    const on = this.#picked[from] ?? kept(from)
    if (on === undefined) return
    this.#keep(to, on)
    delete this.#picked[from]
    localStorage.removeItem(key(from))
  }

  #keep(chat: string, on: boolean): void {
    this.#picked[chat] = on
    if (on || wanted()) localStorage.setItem(key(chat), on ? 'on' : 'off')
    else localStorage.removeItem(key(chat))
  }
}

export const web = new Web()

async function agreed(): Promise<boolean> {
  const { enable_web_search_confirmation: asked, web_search_confirmation_content: text } = session.config?.features ?? {}
  if (!asked) return true
  return confirm({ title: t('web.agree'), text: text || t('web.agreeText'), action: t('web.use'), mild: true })
}
