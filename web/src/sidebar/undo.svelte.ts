/** Long enough to read it and to think. */
const SHOWN_MS = 10_000

interface Offer {
  /** What was done. */
  text: string
  undo: () => Promise<unknown>
}

let offered = $state.raw<Offer | null>(null)
let timer = 0

/** The last change of the sidebar, as long as it can be taken back. */
export const undo = {
  get offered(): Offer | null {
    return offered
  },
  offer(text: string, action: () => Promise<unknown>): void {
    offered = { text, undo: action }
    undo.wait()
  },
  /** It stays while somebody looks at it. */
  hold(): void {
    clearTimeout(timer)
  },
  wait(): void {
    clearTimeout(timer)
    timer = window.setTimeout(undo.dismiss, SHOWN_MS)
  },
  dismiss(): void {
    clearTimeout(timer)
    offered = null
  },
  async run(): Promise<void> {
    const last = offered
    undo.dismiss()
    await last?.undo()
  },
}
