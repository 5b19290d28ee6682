import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { upload } from '../files/upload'
import { erase } from '../files/own'
import { outcomes } from './wire'

vi.hoisted(() => vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined }))
vi.mock('../i18n/index.svelte', () => ({ t: (key: string) => key }))
vi.mock('../files/upload', () => ({ upload: vi.fn() }))
vi.mock('../files/own', () => ({ erase: vi.fn(() => Promise.resolve(true)) }))
vi.mock('./wire', () => ({ outcomes: vi.fn() }))

const { ApiError } = await import('../api/client')
const { Uploads } = await import('./uploads.svelte')

const file = (name: string): File => new File(['text'], name)
const files = (count: number): File[] => Array.from({ length: count }, (_, at) => file(`${at}.txt`))
/** Takes everything, under the name as its id. */
const taking = (one: File): Promise<never> => Promise.resolve({ id: one.name } as never)
const done = (ids: string[]): Promise<{ id: string; status: string; error: string | null }[]> =>
  Promise.resolve(ids.map((id) => ({ id, status: 'completed', error: null })))

beforeEach(() => {
  vi.useFakeTimers()
  vi.mocked(upload).mockImplementation(taking)
  vi.mocked(outcomes).mockImplementation(done as never)
})
afterEach(() => {
  vi.useRealTimers()
  vi.clearAllMocks()
})

test('a thousand files are asked about together, and others hear of them seldom', async () => {
  const added = vi.fn()
  const uploads = new Uploads('kb', added)
  uploads.start(files(1000), 'dir')
  await vi.advanceTimersByTimeAsync(4_000)
  expect(uploads.counts).toMatchObject({ done: 1000, reading: 0, failed: 0 })
  expect(vi.mocked(upload).mock.calls[0]?.[1]).toMatchObject({ read: true, metadata: { knowledge_id: 'kb', directory_id: 'dir' } })
  expect(vi.mocked(outcomes).mock.calls.length).toBeLessThan(10)
  expect(added.mock.calls.length).toBeGreaterThan(0)
  expect(added.mock.calls.length).toBeLessThan(5)
  await vi.advanceTimersByTimeAsync(6_000)
  expect(uploads.list).toEqual([])
})

test('four are sent at once, and no more are once that is wanted', async () => {
  vi.mocked(upload).mockImplementation(() => new Promise(() => undefined))
  const uploads = new Uploads('kb', () => undefined)
  uploads.start(files(10), null)
  expect(uploads.counts).toMatchObject({ sending: 4, waiting: 6 })
  uploads.halt()
  expect(uploads.list).toEqual([])
  expect(uploads.busy).toBe(false)
  expect(vi.mocked(upload).mock.calls.every(([, { signal }]) => signal.aborted)).toBe(true)
})

test('each file says why it failed, and what may pass is tried again together', async () => {
  vi.mocked(upload).mockImplementation((one) =>
    one.name === '0.txt'
      ? Promise.reject(new ApiError('too large', 413))
      : one.name === '1.txt'
        ? Promise.reject(new ApiError('away', 0))
        : taking(one),
  )
  vi.mocked(outcomes).mockImplementation((ids) =>
    Promise.resolve(
      ids.map((id) => (id === '2.txt' ? { id, status: 'failed', error: 'damaged' } : { id, status: 'completed', error: null })),
    ),
  )
  const uploads = new Uploads('kb', () => undefined)
  uploads.start(files(4), null)
  await vi.advanceTimersByTimeAsync(2_000)
  expect(uploads.list.map(({ failure, again }) => [failure, again])).toEqual([
    ['too large', false],
    ['away', true],
    ['damaged', true],
    [null, false],
  ])
  vi.mocked(upload).mockImplementation(taking)
  vi.mocked(outcomes).mockImplementation(done as never)
  uploads.retry()
  await vi.advanceTimersByTimeAsync(2_000)
  // What was stored in vain does not stay.
  expect(vi.mocked(erase).mock.calls).toEqual([['2.txt']])
  expect(uploads.counts).toMatchObject({ done: 3, failed: 1 })
})

test('a server that is away for a moment is asked again, and what is given up is deleted there', async () => {
  vi.mocked(outcomes).mockRejectedValueOnce(new ApiError('away', 0))
  const uploads = new Uploads('kb', () => undefined)
  uploads.start(files(2), null)
  await vi.advanceTimersByTimeAsync(200)
  expect(uploads.counts.reading).toBe(2)
  uploads.dismiss(uploads.list[0]!)
  expect(vi.mocked(erase).mock.calls).toEqual([['0.txt']])
  await vi.advanceTimersByTimeAsync(2_000)
  expect(uploads.counts).toMatchObject({ reading: 0, done: 1 })
})
