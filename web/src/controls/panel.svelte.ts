import { here } from '../app/router.svelte'
import { may } from '../auth/permissions'
import { side } from '../ui/side.svelte'

/** A new chat, or a stored one: only there is something to control. */
const CHAT = /^\/(c\/[^/]+)?$/

export const onChat = (): boolean => CHAT.test(here())
export const mayControl = (): boolean => may('chat.controls')
export const mayInstruct = (): boolean => mayControl() && may('chat.system_prompt')
export const maySet = (): boolean => mayControl() && may('chat.params')

/** The panel beside the chat; it stays open from chat to chat. */
export const panel = {
  get open(): boolean {
    return side.open === 'controls' && mayControl()
  },
  toggle(): void {
    if (side.open === 'controls') side.close()
    else if (mayControl() && onChat()) side.show('controls')
  },
  close(): void {
    side.close()
  },
}
