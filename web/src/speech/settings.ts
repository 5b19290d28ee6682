import type { Problems } from '../frame/form.svelte'
import type { Key } from '../i18n/index.svelte'

/** What this page shows of the settings of speech; the rest stays as it is. Names are those of the server, after `tts.` or `stt.` */
export interface AudioSettings {
  speaker: string
  hearer: string
  cut: string
  /** With commas between. */
  endings: string
  own: Record<string, string>
}

export interface Field {
  name: string
  label: Key
  hint?: Key
  kind: 'text' | 'url' | 'password'
  /** Nothing works without it. */
  needed?: boolean
}

/** A service, and what it needs. */
export interface Service {
  value: string
  /** Where it has no name that is the same in every language. */
  label?: Key
  name: string
  fields: Field[]
}

const url = (name: string, needed = true): Field => ({ name, label: 'documents.url', kind: 'url', needed })
const key = (name: string): Field => ({ name, label: 'documents.key', kind: 'password', needed: true })
/** Servers of one's own often ask for none. */
const openKey = (name: string): Field => ({ name, label: 'documents.key', kind: 'password' })
const region = (name: string): Field => ({ name, label: 'speech.region', hint: 'speech.regionHint', kind: 'text' })
const model = (name: string): Field => ({ name, label: 'speech.model', hint: 'speech.modelHint', kind: 'text' })
const MODEL: Field = { name: 'tts.MODEL', label: 'speech.model', kind: 'text', needed: true }
const VOICE: Field = { name: 'tts.VOICE', label: 'speech.voice', kind: 'text', needed: true }

export const SPEAKERS: readonly Service[] = [
  { value: '', label: 'speech.browser', name: '', fields: [] },
  { value: 'openai', name: 'OpenAI', fields: [url('tts.OPENAI_API_BASE_URL'), openKey('tts.OPENAI_API_KEY'), MODEL, VOICE] },
  { value: 'elevenlabs', name: 'ElevenLabs', fields: [key('tts.API_KEY'), MODEL, VOICE] },
  {
    value: 'azure',
    name: 'Azure',
    fields: [
      key('tts.API_KEY'),
      region('tts.AZURE_SPEECH_REGION'),
      url('tts.AZURE_SPEECH_BASE_URL', false),
      VOICE,
      { name: 'tts.AZURE_SPEECH_OUTPUT_FORMAT', label: 'speech.format', kind: 'text', needed: true },
    ],
  },
  { value: 'mistral', name: 'Mistral', fields: [url('tts.MISTRAL_API_BASE_URL'), key('tts.MISTRAL_API_KEY'), MODEL, VOICE] },
]

export const HEARERS: readonly Service[] = [
  { value: '', label: 'speech.hearerBrowser', name: '', fields: [] },
  { value: 'openai', name: 'OpenAI', fields: [url('stt.OPENAI_API_BASE_URL'), openKey('stt.OPENAI_API_KEY'), model('stt.MODEL')] },
  { value: 'deepgram', name: 'Deepgram', fields: [key('stt.DEEPGRAM_API_KEY'), model('stt.MODEL')] },
  {
    value: 'azure',
    name: 'Azure',
    fields: [
      key('stt.AZURE_API_KEY'),
      region('stt.AZURE_REGION'),
      url('stt.AZURE_BASE_URL', false),
      { name: 'stt.AZURE_LOCALES', label: 'speech.locales', hint: 'speech.localesHint', kind: 'text' },
    ],
  },
  { value: 'mistral', name: 'Mistral', fields: [url('stt.MISTRAL_API_BASE_URL'), key('stt.MISTRAL_API_KEY'), model('stt.MODEL')] },
]

export const fieldsOf = (services: readonly Service[], value: string): Field[] =>
  services.find((service) => service.value === value)?.fields ?? []

const NAMES = [...new Set([...SPEAKERS, ...HEARERS].flatMap(({ fields }) => fields.map(({ name }) => name)))]

/** Settings as the server has them: by part and name. */
export type All = Record<string, Record<string, unknown> | null | undefined>

/** What the page shows, out of everything. */
export function shown(all: All): AudioSettings {
  const at = (name: string): unknown => {
    const [part = '', field = ''] = name.split('.')
    return all[part]?.[field]
  }
  const word = (name: string): string => {
    const value = at(name)
    return typeof value === 'string' ? value : ''
  }
  const endings = at('stt.ALLOWED_EXTENSIONS')
  const hearer = word('stt.ENGINE')
  return {
    speaker: word('tts.ENGINE'),
    // Both leave it to the browser.
    hearer: hearer === 'web' ? '' : hearer,
    cut: word('tts.SPLIT_ON'),
    endings: Array.isArray(endings) ? endings.join(', ') : '',
    own: Object.fromEntries(NAMES.map((name) => [name, word(name)])),
  }
}

/** Everything, with what the page shows in it. */
export function filled(all: All, { speaker, hearer, cut, endings, own }: AudioSettings): All {
  const part = (name: string): Record<string, unknown> => {
    const begin = `${name}.`
    const named = Object.entries(own).filter(([key]) => key.startsWith(begin))
    return { ...all[name], ...Object.fromEntries(named.map(([key, value]) => [key.slice(begin.length), value.trim()])) }
  }
  const list = endings
    .split(',')
    .map((ending) => ending.trim())
    .filter(Boolean)
  return {
    ...all,
    tts: { ...part('tts'), ENGINE: speaker, SPLIT_ON: cut },
    stt: { ...part('stt'), ENGINE: hearer, ALLOWED_EXTENSIONS: list },
  }
}

/** What keeps speech from being made or heard, by field. */
export function check({ speaker, hearer, own }: AudioSettings, empty: string): Problems {
  const problems: Problems = {}
  const used = [...fieldsOf(SPEAKERS, speaker), ...fieldsOf(HEARERS, hearer)]
  for (const { name, needed } of used) if (needed && !own[name]?.trim()) problems[name] = empty
  // Azure is found by its region or its address.
  const lost = (region: string, address: string): void => {
    if (!own[region]?.trim() && !own[address]?.trim()) problems[region] = empty
  }
  if (speaker === 'azure') lost('tts.AZURE_SPEECH_REGION', 'tts.AZURE_SPEECH_BASE_URL')
  if (hearer === 'azure') lost('stt.AZURE_REGION', 'stt.AZURE_BASE_URL')
  return problems
}
