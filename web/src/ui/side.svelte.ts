import { tick } from 'svelte'

/** What stands at the right of the chat: one thing at a time. */
type What = 'controls' | 'preview'

let open = $state<What | null>(null)
/** Asked for just now, by whoever wants to go on there. */
let asked = $state(false)
/** Where the focus was before. */
let before: HTMLElement | null = null

export const side = {
  get open(): What | null {
    return open
  },
  /** Whether the focus belongs into it; true once. */
  takeFocus(): boolean {
    const wanted = asked
    asked = false
    return wanted
  },
  show(what: What): void {
    before = document.activeElement instanceof HTMLElement ? document.activeElement : null
    open = what
    asked = true
  },
  /** `back`: the focus goes where it came from. */
  close(back = true): void {
    const to = back ? before : null
    ;[open, before] = [null, null]
    // What lies over the page keeps the focus for as long as it is there.
    void tick().then(() => to?.isConnected && to.focus())
  },
}
