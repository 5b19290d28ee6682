import { afterEach, beforeAll, expect, it, vi } from 'vitest'

vi.mock('../i18n/index.svelte', () => ({ t: (key: string, values: object = {}) => `${key} ${Object.values(values).join()}`.trim() }))
vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined, removeItem: () => undefined })

let client: typeof import('./client')
beforeAll(async () => (client = await import('./client')))
afterEach(() => vi.useRealTimers())

function answers(status: number, detail: unknown, headers: Record<string, string> = {}): void {
  vi.stubGlobal('fetch', async () => new Response(JSON.stringify({ detail }), { status, headers }))
}
const refusal = (): Promise<InstanceType<typeof client.ApiError>> => client.get('/api/version').then(Promise.reject, (error) => error)

it('tells whoever asked too often when to come back', async () => {
  answers(429, 'Too many attempts.', { 'retry-after': '30' })
  expect((await refusal()).message).toBe('Too many attempts. app.retryIn 30')
  answers(429, 'Too many attempts.', { 'retry-after': '300' })
  expect((await refusal()).message).toBe('Too many attempts. app.retryInMinutes 5')
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 1), toFake: ['Date'] })
  answers(429, 'Too many attempts.', { 'retry-after': 'Thu, 01 Jan 2026 00:00:45 GMT' })
  expect((await refusal()).message).toBe('Too many attempts. app.retryIn 45')
})

it('says nothing of when where nothing is known', async () => {
  answers(429, 'Too many attempts.')
  expect((await refusal()).message).toBe('Too many attempts.')
  answers(429, 'Too many attempts.', { 'retry-after': 'soon' })
  expect((await refusal()).message).toBe('Too many attempts.')
  answers(503, 'Down.', { 'retry-after': '30' })
  expect((await refusal()).message).toBe('Down.')
})

it('knows which field a refusal is about', async () => {
  answers(422, [{ loc: ['body', 'WEBUI_URL'], msg: 'Input should be a valid string', type: 'string_type' }])
  const error = await refusal()
  expect(error.status).toBe(422)
  expect(error.fields).toEqual({ WEBUI_URL: 'Input should be a valid string' })
})

it('reads an answer line by line, wherever it is cut', async () => {
  const bytes = new TextEncoder().encode('{"a":"ä"}\n\n{"b":2}\nrest')
  const body = new ReadableStream<Uint8Array>({
    start(stream) {
      for (const byte of bytes) stream.enqueue(Uint8Array.of(byte))
      stream.close()
    },
  })
  vi.stubGlobal('fetch', async () => new Response(body))
  const lines: unknown[] = []
  for await (const line of client.postLines('/ollama/api/pull/{url_idx}', { path: { url_idx: 0 }, body: { model: 'm' } })) lines.push(line)
  expect(lines).toEqual([{ a: 'ä' }, { b: 2 }, 'rest'])
})
