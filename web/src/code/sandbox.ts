/** Where pages of replies are shown: a file of the client that waits to be told what to show. */
const PLACE = '/preview.html'
/** The file comes from the server that this page came from. */
const PATIENCE_MS = 10_000

interface Listeners {
  /** What the page says, whatever it is: it may be hostile. */
  told?: (message: unknown) => void
  /** Nothing will be shown. */
  failed: () => void
}

/** Shows a page in a frame that has no origin: nothing in it reaches what the client or the server keep. Returns how to leave it. */
export function showIn(frame: HTMLIFrameElement, page: string, { told, failed }: Listeners): () => void {
  const late = setTimeout(failed, PATIENCE_MS)
  const hear = ({ source, data }: MessageEvent<unknown>): void => {
    if (source !== frame.contentWindow) return
    // Every time: the page may load itself again.
    if (data === 'ready') {
      clearTimeout(late)
      frame.contentWindow?.postMessage(page, '*')
    } else told?.(data)
  }
  addEventListener('message', hear)
  // The frame must be nobody's before it goes anywhere.
  frame.setAttribute('sandbox', 'allow-scripts')
  frame.referrerPolicy = 'no-referrer'
  frame.src = PLACE
  return () => {
    clearTimeout(late)
    removeEventListener('message', hear)
  }
}

/** A drawing in the middle of a page. */
export const pageOf = (drawing: string): string =>
  `<!doctype html><meta charset="utf-8"><style>html,body{height:100%;margin:0}body{display:grid;place-items:center}` +
  `svg{max-width:100%;max-height:100%}</style>${drawing.replace(/^\s*<\?xml[^>]*>/, '').replace(/<!doctype svg[^>]*>/i, '')}`
