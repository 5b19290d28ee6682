import { ApiError, del } from '../api/client'
import { session } from '../auth/session.svelte'
import { locale, t } from '../i18n/index.svelte'
import { onConnect } from '../realtime/socket.svelte'
import { own } from '../settings/own.svelte'
import { reason } from '../ui/words'
import { attach, contentOf, idOf, isPicture, kindOf, nameOf, sizeOf, type Attached } from './attached'
import { compress, isPictureKind, tighter, type Bounds } from './compress'
import { sizeText } from './size'
import { outcome, upload } from './upload'

/** Sent at once; the others wait. */
const TOGETHER = 3

/** `reading`: it is stored, and its text is being taken. `unread`: stored, but there is no text in it. */
type State = 'waiting' | 'sending' | 'reading' | 'ready' | 'unread' | 'failed'

/** One file on its way. */
export class Entry {
  readonly key = crypto.randomUUID()
  readonly name: string
  readonly kind: string
  readonly picture: boolean
  size = $state(0)
  state = $state<State>('waiting')
  /** Which part of it is sent, from 0 to 1. */
  sent = $state(0)
  /** What is wrong with it. */
  failure = $state<string | null>(null)
  /** Whether trying again may help. */
  again = $state(false)
  /** The server was not reached: tried again as soon as it is. */
  offline = false
  item = $state.raw<Attached | null>(null)
  /** Where a small picture of it is. */
  preview = $state<string | null>(null)
  file: File | null
  /** A message or a folder has it: it is not this list's alone any more. */
  given = false
  control = new AbortController()

  constructor(from: File | Attached, pictures = true) {
    this.file = from instanceof File ? from : null
    this.name = from instanceof File ? from.name : nameOf(from)
    this.kind = (from instanceof File ? from.type : kindOf(from)) ?? ''
    this.picture = from instanceof File ? pictures && isPictureKind(from.type) : isPicture(from)
    this.size = (from instanceof File ? from.size : sizeOf(from)) ?? 0
    if (from instanceof File) {
      if (this.picture) this.preview = URL.createObjectURL(from)
      return
    }
    const id = idOf(from)
    ;[this.item, this.state, this.sent] = [from, 'ready', 1]
    if (this.picture) this.preview = id ? contentOf(id) : (from.url ?? null)
  }

  /** Stored, so that a message can carry it. */
  get stored(): boolean {
    return this.item !== null && this.state !== 'failed'
  }

  fail(text: string, again: boolean): void {
    ;[this.state, this.failure, this.again] = ['failed', text, again]
  }

  /** Nobody looks at it here any more. */
  release(): void {
    this.control.abort()
    if (this.preview?.startsWith('blob:')) URL.revokeObjectURL(this.preview)
  }
}

interface Wishes {
  /** Hears what is stored whenever that changes. */
  changed?: (items: Attached[]) => void
  /** How many files there may be. */
  most?: () => number
  /** False where pictures are files like all others, of which the text is wanted. */
  pictures?: boolean
}

const usual = (): number => Number(session.config?.file?.max_count) || Infinity

/** Files that are collected for a message or a folder, uploaded as they come. */
export class Tray {
  list = $state<Entry[]>([])
  /** Files that are refused before they are in the list. */
  failure = $state<string | null>(null)
  #most: () => number
  #pictures: boolean
  #changed: (items: Attached[]) => void

  constructor(items: Attached[] = [], { changed = () => undefined, most = usual, pictures = true }: Wishes = {}) {
    this.list = items.map((item) => new Entry(item))
    ;[this.#changed, this.#most, this.#pictures] = [changed, most, pictures]
  }

  /** Something is still on its way to the server. */
  get busy(): boolean {
    return this.list.some((entry) => entry.state === 'waiting' || entry.state === 'sending')
  }

  get failed(): boolean {
    return this.list.some((entry) => entry.state === 'failed')
  }

  get items(): Attached[] {
    return this.list.flatMap((entry) => (entry.stored && entry.item ? [entry.item] : []))
  }

  add(files: Iterable<File>): void {
    this.failure = null
    for (const file of files) {
      if (this.list.length >= this.#most()) {
        this.failure = t('files.tooMany', { count: this.#most() })
        break
      }
      const entry = new Entry(file, this.#pictures)
      this.list.push(entry)
      this.#begin(entry)
    }
    this.#next()
  }

  /** Puts something here that the server has already, once. */
  put(item: Attached): void {
    if (this.list.some((entry) => entry.item?.type === item.type && entry.item.id === item.id)) return
    this.failure = null
    this.list.push(new Entry(item))
    this.#changed(this.items)
  }

  /** Takes a file out; what is on its way is not sent any further. */
  remove(key: string): void {
    const entry = this.list.find((one) => one.key === key)
    entry?.release()
    const id = entry?.file && !entry.given && entry.item && idOf(entry.item)
    // What was uploaded for nothing else would only lie around.
    if (id) void del('/api/v1/files/{id}', { path: { id } }).catch(() => undefined)
    this.list = this.list.filter((one) => one.key !== key)
    this.failure = null
    this.#changed(this.items)
    this.#next()
  }

  retry(entry: Entry): void {
    this.#begin(entry)
    this.#next()
  }

  /** Nobody wants any of it: everything that is new here goes. */
  drop(): void {
    for (const { key } of this.list) this.remove(key)
  }

  /** Takes everything that is stored out of the tray: a message carries it from here on. */
  take(): Entry[] {
    const taken = this.list.filter((entry) => entry.stored)
    for (const entry of taken) entry.given = true
    this.list = this.list.filter((entry) => !entry.stored)
    this.#changed(this.items)
    return taken
  }

  /** The message was not taken: its files are here again, before those that came since. */
  back(entries: Entry[]): void {
    this.list = [...entries, ...this.list]
    this.#changed(this.items)
  }

  /** Looks whether stored files are still there: they may have been deleted since they were put here. */
  async verify(): Promise<void> {
    for (const entry of [...this.list]) {
      const id = entry.item && idOf(entry.item)
      if (!id || entry.file) continue
      const found = await outcome(id, entry.control.signal)
      if (found?.status === 'not_found') entry.fail(t('files.gone'), false)
    }
  }

  #begin(entry: Entry): void {
    const most = Number(session.config?.file?.max_size) * 1024 * 1024
    entry.control = new AbortController()
    ;[entry.state, entry.failure, entry.again, entry.offline, entry.sent] = ['waiting', null, false, false, 0]
    if (entry.size === 0) entry.fail(t('files.empty'), false)
    // A picture may become small enough.
    else if (most > 0 && entry.size > most && !entry.picture) entry.fail(t('files.tooLarge', { size: sizeText(most, locale()) }), false)
  }

  #next(): void {
    const room = TOGETHER - this.list.filter((entry) => entry.state === 'sending').length
    for (const entry of this.list.filter((entry) => entry.state === 'waiting').slice(0, Math.max(0, room))) {
      entry.state = 'sending'
      void this.#send(entry)
    }
  }

  async #send(entry: Entry): Promise<void> {
    const { signal } = entry.control
    try {
      const file = await this.#shrunk(entry)
      if (!file || signal.aborted) return
      const stored = await upload(file, { read: !entry.picture, signal, onsent: (part) => (entry.sent = part) })
      entry.item = attach(stored, entry.picture, entry.key)
      ;[entry.sent, entry.state] = [1, entry.picture ? 'ready' : 'reading']
      this.#changed(this.items)
    } catch (error) {
      if (signal.aborted) return
      entry.offline = error instanceof ApiError && error.status === 0
      // What the server says of the file itself stays true.
      entry.fail(reason(error), !(error instanceof ApiError) || ![400, 403, 413].includes(error.status))
    } finally {
      this.#next()
    }
    const id = entry.state === 'reading' && entry.item && idOf(entry.item)
    if (!id) return
    const end = await outcome(id, signal)
    if (signal.aborted) return
    entry.state = end?.status === 'failed' ? 'unread' : 'ready'
    if (end?.status === 'failed') entry.failure = end.error ?? t('files.noText')
    if (end?.status === 'not_found') entry.fail(t('files.gone'), false)
  }

  /** The file as it is sent; null when it cannot be sent at all. */
  async #shrunk(entry: Entry): Promise<File | null> {
    const { file } = entry
    if (!file || !entry.picture) return file
    if (!own.loaded) await own.load().catch(() => undefined)
    const shrunk = await compress(file, bounds()).catch(() => file)
    entry.size = shrunk.size
    const most = Number(session.config?.file?.max_size) * 1024 * 1024
    if (!(most > 0 && shrunk.size > most)) return shrunk
    entry.fail(t('files.tooLarge', { size: sizeText(most, locale()) }), false)
    return null
  }
}

/** What the person and the administrator say about the size of pictures. */
function bounds(): Bounds {
  const { imageCompression, imageCompressionSize: size } = own.ui
  const mine = imageCompression ? { width: Number(size?.width) || 0, height: Number(size?.height) || 0 } : {}
  const theirs = session.config?.file?.image_compression
  return tighter(mine, { width: Number(theirs?.width) || 0, height: Number(theirs?.height) || 0 })
}

/** Tries again what could not be sent because there was no connection, whenever there is one. Returns the way to stop. */
export const onceOnline = (tray: () => Tray | null): (() => void) =>
  onConnect(() => {
    const now = tray()
    for (const entry of now?.list ?? []) if (entry.state === 'failed' && entry.offline) now?.retry(entry)
  })
