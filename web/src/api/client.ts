import { address, type Parts } from './address'
import { t } from '../i18n/index.svelte'
import type { Answer, Method, Options, PathOf } from './contract'

/** A refused or failed request, in words a person can act on. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message)
  }
}

/** Words of a proxy whose server is gone. */
const GONE = [0, 502, 503, 504]

/** Whether a request failed because the server could not be reached. */
export const unreached = (error: unknown): boolean => error instanceof ApiError && GONE.includes(error.status)

let token: string | null = localStorage.getItem('token')

/** The session token of this browser; null when signed out. */
export const getToken = (): string | null => token

export function setToken(value: string | null): void {
  token = value
  if (value) localStorage.setItem('token', value)
  else localStorage.removeItem('token')
}

/** FastAPI-style details: a text, or a list of what is wrong with which field. */
export function explain(detail: unknown, status: number): string {
  if (typeof detail === 'string' && detail) return detail
  if (Array.isArray(detail)) {
    return detail
      .map((item: { msg?: string; loc?: unknown[] }) => [item.loc?.slice(1).join('.'), item.msg].filter(Boolean).join(': '))
      .join('; ')
  }
  if (detail && typeof detail === 'object' && 'message' in detail) return String(detail.message)
  return t('app.status', { status })
}

/** One JSON request. Throws ApiError; status 0 means that the server was not reached. */
async function request(method: Method, template: string, parts: Parts = {}): Promise<unknown> {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (token) headers.authorization = `Bearer ${token}`
  if (parts.body !== undefined) headers['content-type'] = 'application/json'
  const body = parts.body === undefined ? null : JSON.stringify(parts.body)
  let answer: Response
  try {
    answer = await fetch(address(template, parts), { method: method.toUpperCase(), headers, body, signal: parts.signal ?? null })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ApiError(t('app.unreached'), 0)
  }
  const text = await answer.text()
  let value: unknown = text
  try {
    value = text ? JSON.parse(text) : null
  } catch {
    // Not JSON: the text itself says what happened.
  }
  if (!answer.ok) {
    const detail = value && typeof value === 'object' && 'detail' in value ? value.detail : value
    throw new ApiError(explain(detail, answer.status), answer.status)
  }
  return value
}

type Call<M extends Method> = <P extends PathOf<M>>(path: P, ...parts: Options<M, P>) => Promise<Answer<M, P>>

const caller = <M extends Method>(method: M): Call<M> => ((path: string, parts?: Parts) => request(method, path, parts)) as Call<M>

export const get = caller('get')
export const post = caller('post')
export const del = caller('delete')
