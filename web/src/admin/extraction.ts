import type { Problems } from '../frame/form.svelte'
import { t, type Key } from '../i18n/index.svelte'
import { filled, found, jsonObject, webAddress } from './checks'

/** A setting of a service that takes the text from files. */
export interface Field {
  name: string
  label: Key
  /** `object`: JSON; `list`: words with commas between. */
  kind: 'text' | 'url' | 'password' | 'number' | 'flag' | 'object' | 'list' | 'choice'
  hint?: Key
  /** What a choice is made from. */
  options?: { value: string; name: string }[]
  /** Nothing works without it. */
  needed?: boolean
}

export interface Reader {
  value: string
  name: string
  fields: Field[]
}

/** Who takes the text from files; the values of switches, and all others as they stand in their fields. */
export interface Extraction {
  engine: string
  own: Record<string, string | boolean>
}

const url = (name: string, needed = true): Field => ({ name, label: 'documents.url', kind: 'url', needed })
const key = (name: string, needed = false): Field => ({ name, label: 'documents.key', kind: 'password', needed })
const more = (name: string): Field => ({ name, label: 'reader.params', kind: 'object', hint: 'reader.paramsHint' })
const flag = (name: string, label: Key): Field => ({ name, label, kind: 'flag' })
const choice = (name: string, label: Key, ...values: string[]): Field => ({
  name,
  label,
  kind: 'choice',
  options: values.map((value) => ({ value, name: value })),
})

export const READERS: readonly Reader[] = [
  {
    value: 'tika',
    name: 'Apache Tika',
    fields: [
      url('TIKA_SERVER_URL'),
      choice('TIKA_SERVER_VERSION', 'reader.version', '3', '4'),
      flag('PDF_EXTRACT_IMAGES', 'reader.images'),
    ],
  },
  { value: 'docling', name: 'Docling', fields: [url('DOCLING_SERVER_URL'), key('DOCLING_API_KEY'), more('DOCLING_PARAMS')] },
  {
    value: 'document_intelligence',
    name: 'Azure Document Intelligence',
    fields: [
      url('DOCUMENT_INTELLIGENCE_ENDPOINT'),
      key('DOCUMENT_INTELLIGENCE_KEY', true),
      { name: 'DOCUMENT_INTELLIGENCE_MODEL', label: 'reader.model', kind: 'text' },
    ],
  },
  {
    value: 'mistral_ocr',
    name: 'Mistral OCR',
    fields: [url('MISTRAL_OCR_API_BASE_URL'), key('MISTRAL_OCR_API_KEY', true), flag('MISTRAL_OCR_USE_BASE64', 'reader.inside')],
  },
  {
    value: 'datalab_marker',
    name: 'Datalab Marker',
    fields: [
      url('DATALAB_MARKER_API_BASE_URL', false),
      key('DATALAB_MARKER_API_KEY'),
      choice('DATALAB_MARKER_OUTPUT_FORMAT', 'reader.format', 'markdown', 'html', 'json'),
      flag('DATALAB_MARKER_USE_LLM', 'reader.llm'),
      flag('DATALAB_MARKER_PAGINATE', 'reader.paginate'),
      flag('DATALAB_MARKER_FORCE_OCR', 'reader.ocr'),
      flag('DATALAB_MARKER_STRIP_EXISTING_OCR', 'reader.strip'),
      flag('DATALAB_MARKER_FORMAT_LINES', 'reader.lines'),
      flag('DATALAB_MARKER_DISABLE_IMAGE_EXTRACTION', 'reader.noImages'),
      flag('DATALAB_MARKER_SKIP_CACHE', 'reader.fresh'),
      more('DATALAB_MARKER_ADDITIONAL_CONFIG'),
    ],
  },
  {
    value: 'mineru',
    name: 'MinerU',
    fields: [
      {
        ...choice('MINERU_API_MODE', 'reader.mode'),
        options: [
          { value: 'local', name: 'file_parse' },
          { value: 'cloud', name: 'mineru.net' },
        ],
      },
      url('MINERU_API_URL'),
      key('MINERU_API_KEY'),
      { name: 'MINERU_API_TIMEOUT', label: 'reader.seconds', kind: 'number' },
      { name: 'MINERU_FILE_EXTENSIONS', label: 'reader.endings', kind: 'list' },
      more('MINERU_PARAMS'),
    ],
  },
  { value: 'paddleocr_vl', name: 'PaddleOCR-VL', fields: [url('PADDLEOCR_VL_BASE_URL'), key('PADDLEOCR_VL_TOKEN')] },
  {
    value: 'external',
    name: 'HTTP',
    fields: [
      url('EXTERNAL_DOCUMENT_LOADER_URL'),
      key('EXTERNAL_DOCUMENT_LOADER_API_KEY'),
      { name: 'EXTERNAL_DOCUMENT_LOADER_HEADERS', label: 'reader.headers', kind: 'object', hint: 'reader.paramsHint' },
    ],
  },
]

/** Kinds of pictures and videos that go there, too, whoever it is. */
const MEDIA: Field = {
  name: 'CONTENT_EXTRACTION_SUPPORTED_MEDIA_MIME_TYPES',
  label: 'reader.media',
  kind: 'list',
  hint: 'reader.mediaHint',
}
const ALL = [...READERS.flatMap(({ fields }) => fields), MEDIA]
/** Sent as text, though it is an object. */
const WRITTEN = 'DATALAB_MARKER_ADDITIONAL_CONFIG'

/** What is to be filled in for a choice. */
export const fieldsOf = (engine: string): Field[] => {
  const fields = READERS.find(({ value }) => value === engine)?.fields
  return fields ? [...fields, MEDIA] : []
}

/** Out of everything. */
export function shown(all: Record<string, unknown>): Extraction {
  const own = ALL.map(({ name, kind }): [string, string | boolean] => {
    const value = all[name]
    if (kind === 'flag') return [name, value === true]
    if (kind === 'list') return [name, Array.isArray(value) ? value.join(', ') : '']
    if (kind === 'object' && value && typeof value === 'object')
      return [name, Object.keys(value).length ? JSON.stringify(value, null, 2) : '']
    return [name, typeof value === 'string' || typeof value === 'number' ? String(value) : '']
  })
  const engine = all.CONTENT_EXTRACTION_ENGINE
  return { engine: typeof engine === 'string' ? engine : '', own: Object.fromEntries(own) }
}

/** As the server takes it; what belongs to other choices stays as it is. */
export function sent({ engine, own }: Extraction): Record<string, unknown> {
  const values = fieldsOf(engine).map(({ name, kind }): [string, unknown] => {
    const text = String(own[name] ?? '').trim()
    if (kind === 'flag') return [name, own[name] === true]
    if (kind === 'number') return [name, Math.trunc(Number(text)) || 0]
    if (kind === 'list') return [name, text.split(',').flatMap((word) => word.trim() || [])]
    if (kind === 'object' && name !== WRITTEN) return [name, text ? (JSON.parse(text) as unknown) : {}]
    return [name, text]
  })
  return { CONTENT_EXTRACTION_ENGINE: engine, ...Object.fromEntries(values) }
}

/** What keeps the service from working, by field. */
export function check({ engine, own }: Extraction): Problems {
  const problems = fieldsOf(engine).map(({ name, kind, needed }): [string, string] => {
    const text = String(own[name] ?? '')
    const odd = kind === 'url' ? webAddress(text) : kind === 'object' && jsonObject(text) ? t('reader.paramsHint') : ''
    return [name, odd || (needed ? filled(text) : '')]
  })
  return found(Object.fromEntries(problems))
}
