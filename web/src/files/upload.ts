import { address } from '../api/address'
import { ApiError, explain, getToken } from '../api/client'
import type { components } from '../api/schema'
import { t } from '../i18n/index.svelte'

/** Bytes from which on a file is sent in pieces. */
const LARGE = 16 * 1024 * 1024

export type Uploaded = components['schemas']['FileModelResponse']

export interface Wishes {
  read: boolean
  /** What the server is told of it, such as where it goes once it is read. */
  metadata?: Record<string, string>
  signal: AbortSignal
  onsent: (part: number) => void
}

/** Sends a file. `onsent` hears which part of it is away, from 0 to 1. Rejects with ApiError; status 0: not reached. */
export async function upload(file: File, wishes: Wishes): Promise<Uploaded> {
  return file.size < LARGE ? sendWhole(file, wishes) : (await import('./pieces')).sendInPieces(file, wishes)
}

function sendWhole(file: File, { read, metadata, signal, onsent }: Wishes): Promise<Uploaded> {
  return new Promise((resolve, reject) => {
    // Only this way a browser says how much is sent.
    const request = new XMLHttpRequest()
    request.open('POST', address('/api/v1/files/', { query: { process: read } }))
    request.setRequestHeader('accept', 'application/json')
    const token = getToken()
    if (token) request.setRequestHeader('authorization', `Bearer ${token}`)
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) onsent(event.loaded / event.total)
    }
    request.onload = () => {
      const answer = parsed(request.responseText)
      if (request.status === 200 && answer && 'id' in answer) resolve(answer as Uploaded)
      else if (request.status === 413) reject(new ApiError(t('files.refusedSize'), 413))
      else reject(new ApiError(explain(answer && 'detail' in answer ? answer.detail : null, request.status), request.status))
    }
    request.onerror = () => reject(new ApiError(t('app.unreached'), 0))
    request.onabort = () => reject(new DOMException('The upload was cancelled', 'AbortError'))
    signal.addEventListener('abort', () => request.abort())
    const form = new FormData()
    form.append('file', file, file.name)
    if (metadata) form.append('metadata', JSON.stringify(metadata))
    request.send(form)
  })
}

function parsed(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text)
    return value && typeof value === 'object' ? value : null
  } catch {
    return null
  }
}

/** How the server got on with a file's text, once it is done; null when nobody knows. */
export async function outcome(id: string, signal: AbortSignal): Promise<{ status: string; error?: string } | null> {
  try {
    const headers = { authorization: `Bearer ${getToken() ?? ''}` }
    const answer = await fetch(address('/api/v1/files/{id}/process/status', { path: { id }, query: { stream: true } }), { headers, signal })
    if (answer.status === 404) return { status: 'not_found' }
    // The stream ends with the reading, and its last event says how.
    const last = (await answer.text()).match(/^data:.*$/gm)?.at(-1)
    return last ? (parsed(last.slice(5)) as { status: string; error?: string } | null) : null
  } catch {
    return null
  }
}
