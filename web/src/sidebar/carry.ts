import { pull } from './edge'
import type { Carried } from './press'

interface Places {
  /** It is held over this element. */
  over: (element: Element | null) => void
  drop: () => void
  end: () => void
}

/** Shows what a finger carries, scrolls the list when it comes near to its edges, and says over what it is. */
export function carry(node: HTMLElement, words: string, { over, drop, end }: Places): Carried {
  const list = scroller(node)
  const box = document.createElement('div')
  box.className = 'drag-label carried'
  box.ariaHidden = 'true'
  box.textContent = words
  document.body.append(box)
  node.classList.add('lifted')
  let [x, y] = [0, 0]
  let frame = 0
  /** What is lifted near an edge stays in sight until it is moved. */
  let moved = false

  /** Runs as long as it is carried: a list that scrolls moves below a finger that rests. */
  function step(): void {
    const { top, bottom } = list.getBoundingClientRect()
    if (moved) list.scrollTop += pull(y, top, bottom)
    over(document.elementFromPoint(x, y))
    frame = requestAnimationFrame(step)
  }

  function leave(): void {
    cancelAnimationFrame(frame)
    box.remove()
    node.classList.remove('lifted')
  }

  return {
    move(toX, toY) {
      moved ||= frame !== 0
      ;[x, y] = [toX, toY]
      box.style.translate = `${x}px ${y}px`
      frame ||= requestAnimationFrame(step)
    },
    drop() {
      over(document.elementFromPoint(x, y))
      leave()
      drop()
    },
    cancel() {
      leave()
      end()
    },
  }
}

/** What scrolls around an element. */
function scroller(node: HTMLElement): HTMLElement {
  let at: HTMLElement | null = node
  while (at && !/auto|scroll/.test(getComputedStyle(at).overflowY)) at = at.parentElement
  return at ?? document.documentElement
}
