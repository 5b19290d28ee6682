import type { Problems } from '../frame/form.svelte'
import type { Key } from '../i18n/index.svelte'

/** What this page shows of the settings of pictures; the rest stays as it is. */
export interface ImageSettings {
  ENABLE_IMAGE_GENERATION: boolean
  ENABLE_IMAGE_PROMPT_GENERATION: boolean
  IMAGE_GENERATION_ENGINE: string
  IMAGE_GENERATION_MODEL: string
  IMAGE_SIZE: string
  IMAGE_STEPS: number
  ENABLE_IMAGE_EDIT: boolean
  IMAGE_EDIT_ENGINE: string
  IMAGE_EDIT_MODEL: string
  IMAGE_EDIT_SIZE: string
  /** What engines are set up with, by name. */
  own: Record<string, string>
}

export interface Field {
  name: string
  label: Key
  kind: 'text' | 'url' | 'password'
  /** More than one for a long text. */
  lines?: number
  /** Nothing works without it. */
  needed?: boolean
}

/** An engine, and what it needs. */
export interface Engine {
  value: string
  name: string
  fields: Field[]
}

const url = (name: string, needed = true): Field => ({ name, label: 'documents.url', kind: 'url', needed })
const key = (name: string): Field => ({ name, label: 'documents.key', kind: 'password' })
const version = (name: string): Field => ({ name, label: 'documents.version', kind: 'text' })
const workflow = (name: string): Field => ({ name, label: 'paintSettings.workflow', kind: 'text', lines: 6, needed: true })

export const MAKERS: readonly Engine[] = [
  {
    value: 'openai',
    name: 'OpenAI',
    fields: [url('IMAGES_OPENAI_API_BASE_URL'), key('IMAGES_OPENAI_API_KEY'), version('IMAGES_OPENAI_API_VERSION')],
  },
  { value: 'gemini', name: 'Gemini', fields: [url('IMAGES_GEMINI_API_BASE_URL', false), key('IMAGES_GEMINI_API_KEY')] },
  {
    value: 'automatic1111',
    name: 'Automatic1111',
    fields: [url('AUTOMATIC1111_BASE_URL'), { name: 'AUTOMATIC1111_API_AUTH', label: 'paintSettings.auth', kind: 'password' }],
  },
  { value: 'comfyui', name: 'ComfyUI', fields: [url('COMFYUI_BASE_URL'), key('COMFYUI_API_KEY'), workflow('COMFYUI_WORKFLOW')] },
]

export const CHANGERS: readonly Engine[] = [
  {
    value: 'openai',
    name: 'OpenAI',
    fields: [url('IMAGES_EDIT_OPENAI_API_BASE_URL'), key('IMAGES_EDIT_OPENAI_API_KEY'), version('IMAGES_EDIT_OPENAI_API_VERSION')],
  },
  { value: 'gemini', name: 'Gemini', fields: [url('IMAGES_EDIT_GEMINI_API_BASE_URL', false), key('IMAGES_EDIT_GEMINI_API_KEY')] },
  {
    value: 'comfyui',
    name: 'ComfyUI',
    fields: [url('IMAGES_EDIT_COMFYUI_BASE_URL'), key('IMAGES_EDIT_COMFYUI_API_KEY'), workflow('IMAGES_EDIT_COMFYUI_WORKFLOW')],
  },
]

export const fieldsOf = (engines: readonly Engine[], value: string): Field[] =>
  engines.find((engine) => engine.value === value)?.fields ?? []

const NAMES = [...MAKERS, ...CHANGERS].flatMap(({ fields }) => fields.map(({ name }) => name))

/** What the page shows, out of everything. */
export function shown(all: Record<string, unknown>): ImageSettings {
  const word = (name: string): string => (typeof all[name] === 'string' ? all[name] : '')
  const is = (name: string): boolean => all[name] === true
  return {
    ENABLE_IMAGE_GENERATION: is('ENABLE_IMAGE_GENERATION'),
    ENABLE_IMAGE_PROMPT_GENERATION: is('ENABLE_IMAGE_PROMPT_GENERATION'),
    IMAGE_GENERATION_ENGINE: word('IMAGE_GENERATION_ENGINE'),
    IMAGE_GENERATION_MODEL: word('IMAGE_GENERATION_MODEL'),
    IMAGE_SIZE: word('IMAGE_SIZE'),
    IMAGE_STEPS: Number(all.IMAGE_STEPS) || 0,
    ENABLE_IMAGE_EDIT: is('ENABLE_IMAGE_EDIT'),
    IMAGE_EDIT_ENGINE: word('IMAGE_EDIT_ENGINE'),
    IMAGE_EDIT_MODEL: word('IMAGE_EDIT_MODEL'),
    IMAGE_EDIT_SIZE: word('IMAGE_EDIT_SIZE'),
    own: Object.fromEntries(NAMES.map((name) => [name, word(name)])),
  }
}

const isSize = (text: string): boolean => /^\s*(\d{2,5}x\d{2,5}|auto)?\s*$/i.test(text)

/** What keeps pictures from being made or changed, by field. */
export function check(settings: ImageSettings, words: { empty: string; size: string; steps: string }): Problems {
  const problems: Problems = {}
  if (!isSize(settings.IMAGE_SIZE)) problems.IMAGE_SIZE = words.size
  if (!isSize(settings.IMAGE_EDIT_SIZE)) problems.IMAGE_EDIT_SIZE = words.size
  if (settings.IMAGE_STEPS < 0 || settings.IMAGE_STEPS > 1000) problems.IMAGE_STEPS = words.steps
  const used = [
    ...(settings.ENABLE_IMAGE_GENERATION ? fieldsOf(MAKERS, settings.IMAGE_GENERATION_ENGINE) : []),
    ...(settings.ENABLE_IMAGE_EDIT ? fieldsOf(CHANGERS, settings.IMAGE_EDIT_ENGINE) : []),
  ]
  for (const { name, needed } of used) if (needed && !settings.own[name]?.trim()) problems[name] = words.empty
  return problems
}
