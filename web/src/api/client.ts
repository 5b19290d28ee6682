/** A refused or failed request, in words a person can act on. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message)
  }
}

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
  return `The server answered with status ${status}.`
}

/** One JSON request. Throws ApiError; status 0 means that the server was not reached. */
export async function request<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (token) headers.authorization = `Bearer ${token}`
  if (body !== undefined) headers['content-type'] = 'application/json'
  let answer: Response
  try {
    answer = await fetch(path, { method, headers, body: body === undefined ? null : JSON.stringify(body), signal: signal ?? null })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ApiError('The server cannot be reached. Check your connection and try again.', 0)
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
  return value as T
}

export const get = <T>(path: string, signal?: AbortSignal): Promise<T> => request<T>('GET', path, undefined, signal)
export const post = <T>(path: string, body: unknown = {}): Promise<T> => request<T>('POST', path, body)
export const del = <T>(path: string): Promise<T> => request<T>('DELETE', path)
