/** Lets the built client open without a network; where that is not possible (plain http), it works online as ever. */
export function register(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return
  const workers = navigator.serviceWorker
  // The very first page was loaded past the worker: it is told what to keep.
  if (!workers.controller)
    workers.addEventListener('controllerchange', () => workers.controller?.postMessage({ loaded: loaded() }), { once: true })
  addEventListener('load', () => void workers.register('/sw.js', { updateViaCache: 'none' }).catch(() => undefined))
  addEventListener('vite:preloadError', () => void upgrade())
}

const loaded = (): string[] =>
  performance
    .getEntriesByType('resource')
    .map((entry) => entry.name)
    .filter((url) => url.startsWith(`${location.origin}/assets/`))

/** A part of the client that is gone belongs to an older client than the server's: the page is loaded anew. */
async function upgrade(): Promise<void> {
  const own = document.querySelector<HTMLScriptElement>('script[type=module]')?.getAttribute('src')
  const page = await fetch('/', { cache: 'no-store' }).then(
    (answer) => (answer.ok ? answer.text() : ''),
    () => '',
  )
  if (own && page && !page.includes(own)) location.reload()
}
