import { here } from '../app/router.svelte'
import { may } from '../auth/permissions'

/** A new chat, or a stored one: only there is something to control. */
const CHAT = /^\/(c\/[^/]+)?$/

export const onChat = (): boolean => CHAT.test(here())
export const mayControl = (): boolean => may('chat.controls')
export const mayInstruct = (): boolean => mayControl() && may('chat.system_prompt')
export const maySet = (): boolean => mayControl() && may('chat.params')

let open = $state(false)
/** Asked for just now, by whoever wants to go on writing there. */
let asked = false
/** Where the focus was before. */
let before: HTMLElement | null = null

/** The panel beside the chat; it stays open from chat to chat. */
export const panel = {
  get open(): boolean {
    return open && mayControl()
  },
  /** Whether the focus belongs into it; true once. */
  takeFocus(): boolean {
    const wanted = asked
    asked = false
    return wanted
  },
  toggle(): void {
    if (open) return this.close()
    if (!mayControl() || !onChat()) return
    before = document.activeElement instanceof HTMLElement ? document.activeElement : null
    open = asked = true
  },
  close(): void {
    open = false
    if (before?.isConnected) before.focus()
    before = null
  },
}
