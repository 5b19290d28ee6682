import { post } from '../api/client'
import type { components } from '../api/schema'
import { cells } from '../people/csv'
import type { Retrieval } from './documents'

/** A question with the file or the words that it should find. */
export interface Pair {
  question: string
  file?: string
  text?: string
}

export type Measured = components['schemas']['BenchAnswer']
export type Run = components['schemas']['BenchRun']

/** As many as the server takes. */
const MOST = 500

/** Why a file of pairs is not taken; `line` counts lines of a table, or entries of a list. */
export class BadPairs extends Error {
  constructor(
    readonly why: 'json' | 'none' | 'many' | 'question' | 'expected',
    readonly line = 0,
  ) {
    super(why)
  }
}

const COLUMNS = ['question', 'file', 'text'] as const
/** What the columns are called elsewhere. */
const ALSO: Record<string, (typeof COLUMNS)[number]> = {
  filename: 'file',
  expected_file: 'file',
  source: 'file',
  answer: 'text',
  expected_text: 'text',
}

/** The pairs of a JSON list, or of a table: question, file, text, or in the order that its first line says. Throws `BadPairs`. */
export function readPairs(text: string): Pair[] {
  const plain = text.replace(/^\ufeff/, '').trim()
  const found = /^[[{]/.test(plain) ? ofList(plain) : ofTable(plain)
  if (!found.length) throw new BadPairs('none')
  if (found.length > MOST) throw new BadPairs('many')
  return found.map(({ line, ...values }) => {
    const [question = '', file = '', words = ''] = COLUMNS.map((column) => values[column]?.trim())
    if (!question) throw new BadPairs('question', line)
    if (!file && !words) throw new BadPairs('expected', line)
    return { question, ...(file && { file }), ...(words && { text: words }) }
  })
}

type Row = { line: number } & Partial<Record<(typeof COLUMNS)[number], string>>

const columnOf = (name: string): string => ALSO[name.trim().toLowerCase()] ?? name.trim().toLowerCase()

function ofTable(text: string): Row[] {
  const table = cells(text)
  const head = table[0]?.map(columnOf) ?? []
  const named = head.includes('question')
  const places = COLUMNS.map((column, at) => (named ? head.indexOf(column) : at))
  const rows = table.map((row, at) => ({
    line: at + 1,
    ...Object.fromEntries(COLUMNS.map((column, of) => [column, row[places[of]!] ?? ''])),
  }))
  return named ? rows.slice(1) : rows
}

function ofList(text: string): Row[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new BadPairs('json')
  }
  const list = Array.isArray(value) ? value : (value as { pairs?: unknown }).pairs
  if (!Array.isArray(list)) throw new BadPairs('json')
  return list.map((entry: unknown, at) => {
    const known = Object.entries((entry ?? {}) as object).filter(([, value]) => typeof value === 'string')
    return { line: at + 1, ...Object.fromEntries(known.map(([name, value]) => [columnOf(name), value as string])) }
  })
}

/** Asks all questions under the settings in force, and under those on the page where they differ. Nothing is stored. */
export function measure(knowledge_id: string, pairs: Pair[], changed: Retrieval | null): Promise<Measured> {
  const settings = changed && {
    k: changed.TOP_K,
    r: changed.RELEVANCE_THRESHOLD,
    hybrid: changed.ENABLE_RAG_HYBRID_SEARCH,
    hybrid_bm25_weight: changed.HYBRID_BM25_WEIGHT,
    enable_enriched_texts: changed.ENABLE_RAG_HYBRID_SEARCH_ENRICHED_TEXTS,
    rerank: changed.ranker !== '',
  }
  return post('/api/v1/airis/retrieval/bench', { body: { knowledge_id, pairs, settings: settings ? [settings] : [] } })
}
