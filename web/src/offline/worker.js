/* global FILES, VERSION -- the build writes both above this file: what the client needs to open, and a mark of all of it. */

// Lets the client open without a network. The page is asked for first, so that an upgrade shows at once; files whose names
// carry a hash never change and come from the cache. What the server answers to requests is never kept.
const PREFIX = 'client-'
const CACHE = PREFIX + VERSION
const NOT_OURS = /^\/(api|ws|ollama|openai|oauth|cache)(\/|$)/
const NAMED = new Set(FILES.filter((file) => !file.startsWith('/assets/')))
/** A network that does not answer is none. */
const PATIENCE_MS = 5_000
/** Words of a proxy whose server is gone. */
const GONE = [502, 503, 504]

self.addEventListener('install', (event) => {
  void self.skipWaiting()
  event.waitUntil(fill())
})

self.addEventListener('activate', (event) => event.waitUntil(takeOver()))

self.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== location.origin || NOT_OURS.test(pathname)) return
  if (request.mode === 'navigate') event.respondWith(page(request))
  else if (pathname.startsWith('/assets/')) event.respondWith(asset(request))
  else if (NAMED.has(pathname)) event.respondWith(fetch(request).catch(async () => (await kept(pathname)) ?? Response.error()))
})

// What a page had loaded before this worker was there.
self.addEventListener('message', (event) => {
  const loaded = event.data?.loaded
  if (Array.isArray(loaded)) event.waitUntil(Promise.allSettled(loaded.map((url) => asset(new Request(url)))))
})

async function fill() {
  const cache = await caches.open(CACHE)
  // A hashed name is right wherever it comes from; the others must not come from the browser's own cache.
  await cache.addAll(FILES.map((file) => new Request(file, { cache: NAMED.has(file) ? 'reload' : 'default' })))
}

async function takeOver() {
  for (const name of await caches.keys()) if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name)
  await self.clients.claim()
}

async function page(request) {
  const fresh = fetch(request)
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))
  const answer = await Promise.race([fresh, late]).catch(() => undefined)
  if (answer && !GONE.includes(answer.status)) return answer
  fresh.catch(() => undefined)
  return (await kept('/')) ?? fresh
}

async function asset(request) {
  const known = await kept(request)
  if (known) return known
  const answer = await fetch(request)
  if (answer.ok) {
    const cache = await caches.open(CACHE)
    await cache.put(request, answer.clone())
  }
  return answer
}

async function kept(what) {
  const cache = await caches.open(CACHE)
  return cache.match(what, { ignoreVary: true })
}
