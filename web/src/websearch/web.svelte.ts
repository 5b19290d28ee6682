import { may } from '../auth/permissions'
import { session } from '../auth/session.svelte'
import { begins, Wish } from '../composer/wish.svelte'
import { t } from '../i18n/index.svelte'
import { confirm } from '../ui/confirm.svelte'

/** What the search is called among the features of a model. */
export const WEB = 'web_search'

/** Whether this server searches the web, and lets the person have it searched. */
export const maySearch = (): boolean => session.config?.features.enable_web_search === true && may('features.web_search')

/** Chats whose questions go to the web. Where people agree first, no model switches it on. */
export const web = new Wish('web', maySearch, () => session.config?.features.enable_web_search_confirmation !== true && begins(WEB))

/** Switches it. Where administrators want that, the person agrees first that questions leave the server. */
export async function toggle(chat: string): Promise<void> {
  const on = !web.of(chat)
  if (on && !(await agreed())) return
  web.set(chat, on)
}

async function agreed(): Promise<boolean> {
  const { enable_web_search_confirmation: asked, web_search_confirmation_content: text } = session.config?.features ?? {}
  if (!asked) return true
  return confirm({ title: t('web.agree'), text: text || t('web.agreeText'), action: t('web.use'), mild: true })
}
