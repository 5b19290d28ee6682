/** How near to an edge a list begins to scroll, and how fast it does at the edge, in pixels of a frame. */
const NEAR_PX = 56
const FASTEST_PX = 14

/** How far a list scrolls for a finger at `y`: faster towards the edge, and up where it is negative. */
export function pull(y: number, top: number, bottom: number): number {
  const near = Math.min(NEAR_PX, (bottom - top) / 3)
  const deep = (distance: number): number => Math.min(1, Math.max(0, (near - distance) / near))
  return Math.trunc(FASTEST_PX * (deep(bottom - y) - deep(y - top))) || 0
}
