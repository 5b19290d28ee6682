/** How long a finger rests on something until it is lifted, and how far it may stray meanwhile. */
const HOLD_MS = 350
const STRAY_PX = 8

/** What follows a finger that holds something. */
export interface Carried {
  move(x: number, y: number): void
  /** Lets it fall where it is. */
  drop(): void
  /** Puts it back. */
  cancel(): void
}

/** Notices when a finger is held on an element; one that moves on scrolls as ever. `lift` says what follows the finger then. */
export function pressed(node: HTMLElement, lift: () => Promise<Carried>): { readonly on: boolean; stop: () => void } {
  let finger: number | null = null
  let [x, y] = [0, 0]
  let timer: ReturnType<typeof setTimeout> | undefined
  let carried: Carried | null = null
  /** Until the next touch: what the browser makes of the end of this one comes after it. */
  let lifted = false

  async function up(): Promise<void> {
    const held = finger
    const what = await lift().catch(() => null)
    // The finger may have left while this was loaded.
    if (!what || finger !== held) return what?.cancel()
    carried = what
    lifted = true
    carried.move(x, y)
    navigator.vibrate?.(10)
  }

  function end(how: 'drop' | 'cancel'): void {
    clearTimeout(timer)
    finger = null
    carried?.[how]()
    carried = null
    for (const [type, act] of Object.entries(follow)) removeEventListener(type, act as EventListener)
  }

  /** On the window: the list may be drawn anew under the finger. */
  const follow = {
    pointermove(event: PointerEvent): void {
      if (event.pointerId !== finger) return
      const strayed = Math.hypot(event.clientX - x, event.clientY - y) > STRAY_PX
      if (!carried && strayed) return end('cancel')
      if (carried) [x, y] = [event.clientX, event.clientY]
      carried?.move(x, y)
    },
    pointerup(event: PointerEvent): void {
      if (event.pointerId === finger) end('drop')
    },
    pointercancel(event: PointerEvent): void {
      if (event.pointerId === finger) end('cancel')
    },
    keydown(event: KeyboardEvent): void {
      if (event.key !== 'Escape' || !carried) return
      event.preventDefault()
      end('cancel')
    },
  }

  function down(event: PointerEvent): void {
    if (event.pointerType !== 'touch') return
    // A second finger means something else; menus have a life of their own.
    if (!event.isPrimary || finger !== null) return end('cancel')
    if ((event.target as Element).closest('[aria-haspopup]')) return
    ;[finger, x, y, lifted] = [event.pointerId, event.clientX, event.clientY, false]
    timer = setTimeout(() => void up(), HOLD_MS)
    for (const [type, act] of Object.entries(follow)) addEventListener(type, act as EventListener)
  }

  // Neither the list, nor the browser's own menu, nor the link has a part in it once something is lifted.
  const keep = (event: Event): void => {
    if (lifted && event.cancelable) event.preventDefault()
  }
  const still = (event: Event): void => {
    if (finger !== null) event.preventDefault()
  }
  node.addEventListener('pointerdown', down)
  node.addEventListener('touchmove', keep, { passive: false })
  node.addEventListener('touchend', keep, { passive: false })
  node.addEventListener('contextmenu', still)
  node.style.userSelect = 'none'
  node.style.setProperty('-webkit-user-select', 'none')
  node.style.setProperty('-webkit-touch-callout', 'none')
  return {
    get on() {
      return finger !== null
    },
    stop() {
      node.removeEventListener('pointerdown', down)
      node.removeEventListener('touchmove', keep)
      node.removeEventListener('touchend', keep)
      node.removeEventListener('contextmenu', still)
      if (finger !== null) end('cancel')
    },
  }
}
