import { attach, collection, type Attached } from '../files/attached'
import { list as ownFiles } from '../files/own'
import { t } from '../i18n/index.svelte'
import { list } from './wire'

/** A knowledge base or an own file that can be taken along. */
export interface Offer {
  key: string
  name: string
  about: string
  /** Of a file; null for a knowledge base. */
  kind: string | null
  item: Attached
}

const MOST = 8

/** Knowledge bases and own files that have the words in their names; one of them that cannot be asked leaves the other. */
export async function find(words: string): Promise<Offer[]> {
  const none = { items: [], total: 0 }
  const [bases, files] = await Promise.all([
    list({ query: words, page: 1 }).catch(() => none),
    words.length > 1 ? ownFiles({ query: words, page: 1 }).catch(() => none) : none,
  ])
  const ofBase = (base: (typeof bases.items)[number]): Offer => {
    return { key: base.id, name: base.name, about: base.description, kind: null, item: collection(base) }
  }
  const ofFile = (file: (typeof files.items)[number]): Offer => {
    const kind = file.meta?.content_type ?? ''
    const item = attach(file, kind.startsWith('image/'), crypto.randomUUID())
    return { key: file.id, name: file.filename, about: t('files.title'), kind, item }
  }
  return [...bases.items.map(ofBase), ...files.items.map(ofFile)].slice(0, MOST)
}
