import { address, type Parts } from './address'
import { t } from '../i18n/index.svelte'
import type { Answer, Method, Options, PathOf } from './contract'

/** A refused or failed request, in words a person can act on. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly status: number,
    /** What is wrong with which field of what was sent. */
    readonly fields: Record<string, string> = {},
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

/** The last step of each place that the server finds something wrong with. */
function fieldsOf(detail: unknown): Record<string, string> {
  if (!Array.isArray(detail)) return {}
  const findings = detail as { msg?: string; loc?: unknown[] }[]
  return Object.fromEntries(findings.map(({ loc, msg }) => [String(loc?.at(-1) ?? ''), msg ?? '']))
}

/** Whoever asked too often learns when to come back: seconds, or a date. */
function patience(answer: Response): string {
  const after = answer.status === 429 ? answer.headers.get('retry-after') : null
  if (!after) return ''
  const seconds = Math.ceil(/^\d+$/.test(after) ? Number(after) : (Date.parse(after) - Date.now()) / 1000)
  if (!(seconds > 0)) return ''
  return ` ${seconds < 90 ? t('app.retryIn', { seconds }) : t('app.retryInMinutes', { minutes: Math.ceil(seconds / 60) })}`
}

async function failed(answer: Response): Promise<ApiError> {
  const value = parsed(await answer.text())
  const detail = value && typeof value === 'object' && 'detail' in value ? value.detail : value
  return new ApiError(explain(detail, answer.status) + patience(answer), answer.status, fieldsOf(detail))
}

function parsed(text: string): unknown {
  try {
    return text ? JSON.parse(text) : null
  } catch {
    // Not JSON: the text itself says what happened.
    return text
  }
}

/** Asks; throws ApiError, with status 0 when the server was not reached. */
async function ask(method: Method, template: string, parts: Parts): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (token) headers.authorization = `Bearer ${token}`
  const form = parts.body instanceof FormData ? parts.body : null
  if (parts.body !== undefined && !form) headers['content-type'] = 'application/json'
  const body = form ?? (parts.body === undefined ? null : JSON.stringify(parts.body))
  let answer: Response
  try {
    answer = await fetch(address(template, parts), { method: method.toUpperCase(), headers, body, signal: parts.signal ?? null })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ApiError(t('app.unreached'), 0)
  }
  if (!answer.ok) throw await failed(answer)
  return answer
}

/** One JSON request. */
async function request(method: Method, template: string, parts: Parts = {}): Promise<unknown> {
  return parsed(await (await ask(method, template, parts)).text())
}

type Call<M extends Method> = <P extends PathOf<M>>(path: P, ...parts: Options<M, P>) => Promise<Answer<M, P>>

const caller = <M extends Method>(method: M): Call<M> => ((path: string, parts?: Parts) => request(method, path, parts)) as Call<M>

export const get = caller('get')
export const post = caller('post')
export const patch = caller('patch')
export const del = caller('delete')

/** An answer that is a file. */
export const getFile = async (path: PathOf<'get'>): Promise<Blob> => (await ask('get', path, {})).blob()

type File = <P extends PathOf<'post'>>(path: P, ...parts: Options<'post', P>) => Promise<Blob>

/** The same of a question with a body. */
export const postFile = (async (path: string, parts?: Parts) => (await ask('post', path, parts ?? {})).blob()) as File

/** Sends a form, which may have files in it. */
export const postForm = (path: PathOf<'post'>, form: FormData): Promise<unknown> => request('post', path, { body: form })

type Lines = <P extends PathOf<'post'>>(path: P, ...parts: Options<'post', P>) => AsyncIterable<unknown>

/** An answer that comes line by line, each a JSON value of its own. Who ends the loop early or aborts ends the request. */
export const postLines = async function* (path: string, parts: Parts = {}): AsyncIterable<unknown> {
  const reader = (await ask('post', path, parts)).body?.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (let ended = !reader; reader && !ended;) {
      const { done, value } = await reader.read()
      rest += decoder.decode(value, { stream: !done })
      const lines = rest.split('\n')
      rest = done ? '' : (lines.pop() ?? '')
      for (const line of lines) if (line.trim()) yield parsed(line)
      ended = done
    }
  } catch (error) {
    if (error instanceof TypeError) throw new ApiError(t('app.unreached'), 0)
    throw error
  } finally {
    reader?.cancel().catch(() => undefined)
  }
} as Lines
