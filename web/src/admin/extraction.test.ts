import { expect, it, vi } from 'vitest'

vi.mock('../i18n/index.svelte', () => ({ t: (key: string) => key }))
const { check, fieldsOf, sent, shown } = await import('./extraction')

it('shows what is stored and sends back only what belongs to the choice', () => {
  const all = {
    CONTENT_EXTRACTION_ENGINE: 'mineru',
    MINERU_API_MODE: 'cloud',
    MINERU_API_URL: 'https://mineru.net/api/v4',
    MINERU_API_KEY: 'k',
    MINERU_API_TIMEOUT: '300',
    MINERU_FILE_EXTENSIONS: ['pdf', 'docx'],
    MINERU_PARAMS: { is_ocr: true },
    CONTENT_EXTRACTION_SUPPORTED_MEDIA_MIME_TYPES: null,
    TIKA_SERVER_URL: 'http://tika:9998',
  }
  const value = shown(all)
  expect(value.own.MINERU_FILE_EXTENSIONS).toBe('pdf, docx')
  expect(sent(value)).toEqual({
    CONTENT_EXTRACTION_ENGINE: 'mineru',
    MINERU_API_MODE: 'cloud',
    MINERU_API_URL: 'https://mineru.net/api/v4',
    MINERU_API_KEY: 'k',
    MINERU_API_TIMEOUT: 300,
    MINERU_FILE_EXTENSIONS: ['pdf', 'docx'],
    MINERU_PARAMS: { is_ocr: true },
    CONTENT_EXTRACTION_SUPPORTED_MEDIA_MIME_TYPES: [],
  })
  expect(sent({ ...value, engine: '' })).toEqual({ CONTENT_EXTRACTION_ENGINE: '' })
})

it('keeps what one service takes as text a text', () => {
  const value = shown({ CONTENT_EXTRACTION_ENGINE: 'datalab_marker', DATALAB_MARKER_ADDITIONAL_CONFIG: '{"a": 1}' })
  expect(sent(value).DATALAB_MARKER_ADDITIONAL_CONFIG).toBe('{"a": 1}')
  expect(check(value)).toEqual({})
})

it('says what is missing or cannot be', () => {
  const value = shown({ CONTENT_EXTRACTION_ENGINE: 'docling', DOCLING_SERVER_URL: 'docling:5001' })
  value.own.DOCLING_PARAMS = '[1]'
  expect(check(value)).toEqual({ DOCLING_SERVER_URL: 'check.address', DOCLING_PARAMS: 'reader.paramsHint' })
  expect(check(shown({ CONTENT_EXTRACTION_ENGINE: 'mistral_ocr' }))).toEqual({
    MISTRAL_OCR_API_BASE_URL: 'check.filled',
    MISTRAL_OCR_API_KEY: 'check.filled',
  })
  expect(check(shown({ CONTENT_EXTRACTION_ENGINE: '', TIKA_SERVER_URL: 'x' }))).toEqual({})
  expect(fieldsOf('nothing')).toEqual([])
})
