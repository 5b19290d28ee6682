const GAP = 4
const EDGE = 8

/** Where a box of this size fits beside what opened it: below if there is room, else above, never outside of the window. */
export function spot(
  box: { width: number; height: number },
  from: { top: number; bottom: number; left: number },
  room: { width: number; height: number },
): { top: number; left: number } {
  const below = from.bottom + GAP
  const above = from.top - GAP - box.height
  const top = below + box.height <= room.height - EDGE || above < EDGE ? below : above
  return {
    top: Math.max(EDGE, Math.min(top, room.height - EDGE - box.height)),
    left: Math.max(EDGE, Math.min(from.left, room.width - EDGE - box.width)),
  }
}

/** Moves an open popover beside what opened it. */
export function place(popover: HTMLElement, from: DOMRect): void {
  const { top, left } = spot(popover.getBoundingClientRect(), from, { width: innerWidth, height: innerHeight })
  popover.style.top = `${top}px`
  popover.style.left = `${left}px`
}
