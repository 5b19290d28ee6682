import type { Envelope } from '../api/types'
import { t } from '../i18n/index.svelte'
import { onEvent } from '../realtime/socket.svelte'
import { own } from '../settings/own.svelte'
import { go } from './router.svelte'

/** Longer texts do not fit. */
const LONGEST = 140

/** What the end of a reply carries. */
interface Done {
  done?: boolean
  title?: string
  content?: string
}

/** Tells that a reply is done while another page is looked at, for those who want it; answers the way to stop. */
export const notify = (): (() => void) => onEvent(hear)

function hear({ chat_id, shared, data }: Envelope): void {
  const done = data.type === 'chat:completion' ? (data.data as Done | undefined) : undefined
  if (!done?.done || shared || !document.hidden || !own.ui.notificationEnabled) return
  if (!('Notification' in window) || Notification.permission !== 'granted') return
  const text = { body: done.content?.slice(0, LONGEST) ?? '', tag: chat_id }
  const shown = new Notification(done.title || t('settings.notifyDone'), text)
  shown.onclick = () => {
    window.focus()
    if (!chat_id.startsWith('temporary:')) go(`/c/${chat_id}`)
    shown.close()
  }
}
