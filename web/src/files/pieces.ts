import { address } from '../api/address'
import { ApiError, explain, getToken } from '../api/client'
import { t } from '../i18n/index.svelte'
import type { Uploaded, Wishes } from './upload'

/** Bytes that are sent at a time. */
const PIECE = 8 * 1024 * 1024
/** Milliseconds between one attempt and the next; when they are used up without a byte, the connection counts as gone. */
const PATIENCE = [300, 1000, 2000, 4000, 8000]
const BEGIN = '/api/v1/files/uploads'
/** Addresses of uploads that broke off, by file: a page that is loaded anew goes on with them. */
const BROKEN_OFF = 'uploads'
const KEPT = 20

interface Reply {
  status: number
  text: string
  offset: number
  location: string | null
}

/** Sends a file piece by piece over the tus protocol, and goes on where it broke off. Rejects as `upload` does. */
export async function sendInPieces(file: File, { read, metadata, signal, onsent }: Wishes): Promise<Uploaded> {
  const key = [file.name, file.size, file.lastModified, read, ...Object.values(metadata ?? {})].join('|')
  let url = recall()[key] ?? null
  let offset = url ? await arrived(url, signal) : null
  for (let attempt = 0; ;) {
    try {
      if (!url || offset === null) {
        ;[url, offset] = [await begin(file, read, metadata, signal), 0]
        keep(key, url)
      }
      while (offset < file.size) {
        const from: number = offset
        offset = await add(url, file, from, signal, (sent) => onsent((from + sent) / file.size))
        attempt = 0
      }
      break
    } catch (error) {
      if (signal.aborted && url) giveUp(key, url)
      const wait = mayPass(error) ? PATIENCE[attempt++] : undefined
      if (wait === undefined) {
        // What the server says of the file itself stays true: there is nothing to go on with.
        if (!mayPass(error)) keep(key, null)
        throw error
      }
      await pause(wait, signal)
      // Null also when it was given up meanwhile: then it begins anew.
      if (url) offset = await arrived(url, signal).catch(() => offset)
    }
  }
  keep(key, null)
  const id = url.slice(url.lastIndexOf('/') + 1)
  const told = await ask('GET', address('/api/v1/files/{id}', { path: { id } }), { signal })
  if (told.status !== 200) throw refusal(told)
  return JSON.parse(told.text) as Uploaded
}

/** Where its pieces go. */
async function begin(file: File, read: boolean, known: Wishes['metadata'], signal: AbortSignal): Promise<string> {
  const about = { filename: file.name, filetype: file.type, process: String(read), ...(known && { metadata: JSON.stringify(known) }) }
  const metadata = Object.entries(about).map(([name, value]) => `${name} ${base64(value)}`)
  const headers = { 'upload-length': String(file.size), 'upload-metadata': metadata.join(',') }
  const reply = await ask('POST', BEGIN, { signal, headers })
  if (reply.status !== 201 || !reply.location) throw refusal(reply)
  return new URL(reply.location, new URL(BEGIN, location.href)).pathname
}

/** Bytes that have arrived; null when nobody knows of such an upload. */
async function arrived(url: string, signal: AbortSignal): Promise<number | null> {
  const reply = await ask('HEAD', url, { signal })
  if (reply.status === 200) return reply.offset
  if (reply.status === 404) return null
  throw refusal(reply)
}

/** Sends the piece that begins at `offset`; returns where the next one begins. */
async function add(url: string, file: File, offset: number, signal: AbortSignal, onsent: (bytes: number) => void): Promise<number> {
  const headers = { 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' }
  const reply = await ask('PATCH', url, { signal, headers, body: file.slice(offset, offset + PIECE), onsent })
  if (reply.status === 204) return reply.offset
  throw refusal(reply)
}

/** Nobody wants it any more, and what has arrived need not lie around until it is cleared away. */
function giveUp(key: string, url: string): void {
  keep(key, null)
  void ask('DELETE', url, { signal: new AbortController().signal }).catch(() => undefined)
}

interface Asked {
  signal: AbortSignal
  headers?: Record<string, string>
  body?: Blob
  onsent?: (bytes: number) => void
}

/** Only this way a browser says how much is sent. */
function ask(method: string, url: string, { signal, headers = {}, body, onsent }: Asked): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const stopped = (): void => reject(new DOMException('The upload was cancelled', 'AbortError'))
    if (signal.aborted) return stopped()
    const request = new XMLHttpRequest()
    request.open(method, url)
    const token = getToken()
    const all = { accept: 'application/json', 'tus-resumable': '1.0.0', ...(token && { authorization: `Bearer ${token}` }), ...headers }
    for (const [name, value] of Object.entries(all)) request.setRequestHeader(name, value)
    if (onsent) request.upload.onprogress = (event) => onsent(event.loaded)
    const header = (name: string): string | null => request.getResponseHeader(name)
    request.onload = () =>
      resolve({ status: request.status, text: request.responseText, offset: Number(header('upload-offset')), location: header('location') })
    request.onerror = () => reject(new ApiError(t('app.unreached'), 0))
    request.onabort = stopped
    signal.addEventListener('abort', () => request.abort(), { once: true })
    request.send(body ?? null)
  })
}

function refusal({ status, text }: Reply): ApiError {
  if (status === 413) return new ApiError(t('files.refusedSize'), status)
  let detail: unknown = null
  try {
    detail = (JSON.parse(text) as { detail?: unknown }).detail
  } catch {
    // A proxy's own words: the status says it.
  }
  return new ApiError(explain(detail, status), status)
}

/** Whether it may go well in a moment: nobody was reached, the server is busy, or the piece did not fit where it went. */
const mayPass = (error: unknown): boolean =>
  error instanceof ApiError && (error.status === 0 || error.status === 409 || error.status === 429 || error.status >= 500)

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer)
      reject(new DOMException('The upload was cancelled', 'AbortError'))
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop)
      resolve()
    }, milliseconds)
    signal.addEventListener('abort', stop, { once: true })
  })
}

const base64 = (text: string): string => btoa(String.fromCharCode(...new TextEncoder().encode(text)))

function recall(): Record<string, string> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(BROKEN_OFF) ?? '{}')
    return kept && typeof kept === 'object' ? (kept as Record<string, string>) : {}
  } catch {
    return {}
  }
}

function keep(key: string, url: string | null): void {
  const { [key]: _, ...others } = recall()
  const all = Object.entries(url ? { ...others, [key]: url } : others).slice(-KEPT)
  try {
    localStorage.setItem(BROKEN_OFF, JSON.stringify(Object.fromEntries(all)))
  } catch {
    // No room: after a reload it would begin anew.
  }
}
