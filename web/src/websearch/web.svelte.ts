import { may } from '../auth/permissions'
import { session } from '../auth/session.svelte'
import { t } from '../i18n/index.svelte'
import { confirm } from '../ui/confirm.svelte'

const key = (chat: string): string => `web:${chat}`

/** Whether this server searches the web, and lets the person have it searched. */
export const maySearch = (): boolean => session.config?.features.enable_web_search === true && may('features.web_search')

/** Chats whose questions go to the web, on this device; a chat without an id yet is `new`. */
class Web {
  #picked = $state<Record<string, boolean>>({})

  of(chat: string): boolean {
    return maySearch() && (this.#picked[chat] ?? localStorage.getItem(key(chat)) === 'on')
  }

  /** Switches it. Where administrators want that, the person agrees first that questions leave the server. */
  async toggle(chat: string): Promise<void> {
    const on = !this.of(chat)
    if (on && !(await agreed())) return
    this.#keep(chat, on)
  }

  /** A new chat has got its id: what was switched on for it belongs to it. */
  move(from: string, to: string): void {
    if (!this.of(from)) return
    this.#keep(to, true)
    this.#keep(from, false)
  }

  #keep(chat: string, on: boolean): void {
    this.#picked[chat] = on
    if (on) localStorage.setItem(key(chat), 'on')
    else localStorage.removeItem(key(chat))
  }
}

export const web = new Web()

async function agreed(): Promise<boolean> {
  const { enable_web_search_confirmation: asked, web_search_confirmation_content: text } = session.config?.features ?? {}
  if (!asked) return true
  return confirm({ title: t('web.agree'), text: text || t('web.agreeText'), action: t('web.use'), mild: true })
}
