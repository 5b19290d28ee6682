/** What a reply rests on, as the server says it: parallel lists of pieces and of what is known of each. */
export interface Source {
  source?: { id?: string; name?: string; type?: string; url?: string }
  document?: string[]
  metadata?: Known[]
  distances?: number[]
}

interface Known {
  name?: string
  source?: string
  file_id?: string
  /** From 0 on. */
  page?: number
  page_label?: string
  title?: string
  headings?: string[]
  url?: string
}

/** A piece of a document. */
export interface Piece {
  text: string
  /** As people count. */
  page: string | null
  /** The headings above it, or the name of its sheet. */
  under: string
  /** How near it is to the question, from 0 to 1. */
  near: number | null
}

/** A document under the number by which a reply cites it. */
export interface Document {
  number: number
  name: string
  /** The stored file, which can be opened. */
  file: string | null
  /** Elsewhere on the web. */
  url: string | null
  pieces: Piece[]
}

/** The documents of a reply in the order of their numbers: pieces of one document share one, as the model was told. */
export function documentsOf(sources: Source[]): Document[] {
  const found = new Map<string, Document>()
  for (const { source, document = [], metadata = [], distances } of sources) {
    document.forEach((text, at) => {
      const known = metadata[at] ?? {}
      const key = known.source ?? source?.id ?? source?.name ?? ''
      let one = found.get(key)
      if (!one) {
        const url = [known.url, source?.url, known.source].find((address) => /^https?:\/\//.test(address ?? '')) ?? null
        one = { number: found.size + 1, name: known.name ?? source?.name ?? key, file: known.file_id ?? null, url, pieces: [] }
        found.set(key, one)
      }
      const page = known.page_label ?? (typeof known.page === 'number' ? String(known.page + 1) : null)
      const under = known.headings?.join(' › ') || known.title || ''
      one.pieces.push({ text, page, under, near: distances?.[at] ?? null })
    })
  }
  return [...found.values()]
}
