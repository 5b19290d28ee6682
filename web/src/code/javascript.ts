import program from './program.js?raw'
import { showIn } from './sandbox'

/** The frame stops what goes on saying things after it was told to stop. */
const MOST = 3000

/** Runs JavaScript apart from everything; `told` hears whatever it says. Returns how to end it, which nothing in it can prevent. */
export function runApart(code: string, told: (message: unknown) => void, failed: () => void): () => void {
  const frame = document.createElement('iframe')
  frame.ariaHidden = 'true'
  frame.tabIndex = -1
  frame.hidden = true
  const leave = showIn(frame, host(code), { told, failed })
  document.body.append(frame)
  return () => {
    leave()
    frame.remove()
  }
}

/** A page that has the code run beside it, so that the page can always be closed. */
const host = (code: string): string => `<!doctype html><script>{
  let left = ${MOST}
  const worker = new Worker(URL.createObjectURL(new Blob([${quoted(program)}], { type: 'text/javascript' })))
  const tell = (message) => {
    if (left-- > 0) parent.postMessage(message, '*')
    else worker.terminate()
  }
  worker.onmessage = ({ data }) => tell(data)
  worker.onerror = (event) => tell({ kind: 'error', text: String(event.message) })
  worker.postMessage(${quoted(code)})
}</script>`

/** Text inside of a script inside of a page. */
const quoted = (text: string): string => JSON.stringify(text).replaceAll('<', '\\u003c')
