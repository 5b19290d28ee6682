import type { Message } from '../api/types'
import type { components } from '../api/schema'

export type Stored = components['schemas']['FileModelResponse']

/** What a message carries besides its text: a picture, or a file of this server. Clients name them in several ways. */
export type Attached = {
  /** `image`, `file`, `note`, or another kind, such as a collection. */
  type: string
  id?: string
  /** A file's id, an address, or the bytes themselves as `data:`. */
  url?: string
  name?: string
  /** Bytes. */
  size?: number
  content_type?: string
  status?: string
  error?: string
  itemId?: string
  /** Read whole for a question; without it only what fits is taken. */
  context?: 'full'
  /** As the upload answered. */
  file?: Pick<Stored, 'id'> & Partial<Stored>
}

/** What a note and a knowledge base are among the kinds of files. */
export const NOTE = 'note'
export const COLLECTION = 'collection'
const CONTENT = /\/api\/v1\/files\/([^/]+)\/content/

/** Where the bytes of a stored file are. */
export const contentOf = (id: string): string => `/api/v1/files/${encodeURIComponent(id)}/content`
export const downloadOf = (id: string): string => `${contentOf(id)}?attachment=true`

/** The stored file behind an item; other kinds of things, such as knowledge bases, are none. */
export function idOf(item: Attached): string | null {
  const url = item.url ?? ''
  if (item.type === 'note' || item.type === 'collection' || url.startsWith('data:')) return null
  const inside = CONTENT.exec(url)?.[1]
  if (inside) return decodeURIComponent(inside)
  if (/^https?:/.test(url)) return null
  return item.id || (url && !/[/:]/.test(url) ? url : null) || (item.file?.id ?? null)
}

/** The note that an item is. */
export const noteOf = (item: Attached): string | null => (item.type === 'note' && item.id) || null

export const isPicture = (item: Attached): boolean => item.type === 'image' || (kindOf(item)?.startsWith('image/') ?? false)

/** The address of a picture, for the page and for models; null for what is no picture, or lies elsewhere. */
export function sourceOf(item: Attached): string | null {
  if (!isPicture(item)) return null
  const id = idOf(item)
  if (id) return contentOf(id)
  return item.url?.startsWith('data:image/') ? item.url : null
}

export const nameOf = (item: Attached): string => item.name || item.file?.filename || ''
export const sizeOf = (item: Attached): number | null => item.size ?? item.file?.meta?.size ?? null
export function kindOf(item: Attached): string | null {
  if (noteOf(item)) return NOTE
  return item.type === COLLECTION ? COLLECTION : item.content_type || item.file?.meta?.content_type || null
}

/** What tells two items of a list apart. */
export const keyOf = (item: Attached, at: number): string => item.itemId ?? `${at}:${idOf(item) ?? item.url ?? ''}`

/** A knowledge base as messages and folders carry it. */
export const collection = ({ id, name }: { id: string; name: string }): Attached => ({
  type: COLLECTION,
  id,
  name,
  status: 'processed',
  itemId: crypto.randomUUID(),
})

/** An uploaded file as messages carry it. */
export function attach(file: Stored & { status?: boolean | null; path?: string | null }, picture: boolean, itemId: string): Attached {
  const content_type = file.meta?.content_type
  return {
    type: picture ? 'image' : 'file',
    file,
    id: file.id,
    url: file.id,
    name: file.filename,
    status: 'uploaded',
    size: file.meta?.size ?? 0,
    error: '',
    itemId,
    ...(content_type && { content_type }),
  }
}

/** Everything but pictures that these messages carry, each file once. */
export const documents = (messages: Message[]): Attached[] =>
  once(messages.flatMap((message) => (message.role === 'user' ? (message.files ?? []) : [])).filter((item) => !isPicture(item)))

/** All files of a chat, each once: those that are stored as attached to it, and what its messages carry, made pictures too. */
export const everything = (stored: Attached[], messages: Message[]): Attached[] =>
  once([...stored, ...messages.flatMap((message) => message.files ?? [])])

function once(items: Attached[]): Attached[] {
  const seen = new Set<string>()
  return items.filter((item) => {
    const id = idOf(item) ?? item.url ?? `${item.type} ${item.id}`
    if (seen.has(id)) return false
    seen.add(id)
    return true
  })
}
