import type { Attached } from '../files/attached'
import { plain, type Grant } from '../workspace/grants'
import type { Meta, ModelForm, StoredModel } from './stored'

/** A model as its form holds it: every field is a text, a switch or a list of texts. */
export interface Draft {
  id: string
  name: string
  base: string
  description: string
  system: string
  /** By key of `PARAMS`; empty: as the base has it. */
  params: Record<string, string>
  suggestions: string[]
  capabilities: Record<string, boolean>
  knowledge: Attached[]
  /** Ids of what is on in its chats at first. */
  tools: string[]
  features: string[]
  tags: string[]
  grants: Grant[]
  picture: string
  hidden: boolean
  active: boolean
  /** What a change is about. */
  message: string
}

/** Parameters that the form knows; others of a stored model stay as they are. */
export const PARAMS = [
  { key: 'temperature', min: 0, max: 2, step: 0.05 },
  { key: 'top_p', min: 0, max: 1, step: 0.01 },
  { key: 'top_k', min: 0, step: 1 },
  { key: 'min_p', min: 0, max: 1, step: 0.01 },
  { key: 'max_tokens', min: 1, step: 1 },
  { key: 'num_ctx', min: 1, step: 1 },
  { key: 'seed', step: 1 },
  { key: 'frequency_penalty', min: -2, max: 2, step: 0.05 },
  { key: 'presence_penalty', min: -2, max: 2, step: 0.05 },
  { key: 'repeat_penalty', min: 0, max: 2, step: 0.05 },
] as const

/** What a model can do; on unless somebody says otherwise. */
export const CAPABILITIES = [
  'vision',
  'file_upload',
  'file_context',
  'web_search',
  'image_generation',
  'code_interpreter',
  'builtin_tools',
  'memory',
  'citations',
  'usage',
] as const

/** The picture of those that have none, under its usual address. */
const NO_PICTURE = '/static/favicon.png'

const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')

/** Parameters as the fields for them hold them. */
export const textsOf = (params: Record<string, unknown>): Record<string, string> => ({
  ...Object.fromEntries(PARAMS.map(({ key }) => [key, text(params[key])])),
  stop: Array.isArray(params.stop) ? params.stop.join(', ') : text(params.stop),
  reasoning_effort: text(params.reasoning_effort),
})

/** Parameters of such fields over those that were there; what no field knows is kept. */
export function valuesOf(texts: Record<string, string>, kept: Record<string, unknown>, system: string): Record<string, unknown> {
  const { stop = '', reasoning_effort = '', ...numbers } = texts
  const stops = stop
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean)
  return without(kept, {
    system: system.trim() ? system : undefined,
    ...Object.fromEntries(Object.entries(numbers).map(([key, value]) => [key, value.trim() === '' ? undefined : Number(value)])),
    stop: stops.length ? stops : undefined,
    reasoning_effort: reasoning_effort || undefined,
  })
}

/** The picture that somebody chose; empty where nobody did. */
export const pictureOf = ({ profile_image_url: url }: Meta): string => (url && url !== NO_PICTURE ? url : '')

export const capabilitiesOf = (meta: Meta): Record<string, boolean> =>
  Object.fromEntries(CAPABILITIES.map((key) => [key, meta.capabilities?.[key] !== false]))

/** What a form begins with; without a model an empty one over `base`. `first` is what administrators say of every model. */
export function draftOf(model: StoredModel | null, base = '', first: Meta = {}): Draft {
  const meta = model?.meta ?? {}
  const params = model?.params ?? {}
  return {
    id: model?.id ?? '',
    name: model?.name ?? '',
    base: model ? (model.base_model_id ?? '') : base,
    description: meta.description ?? '',
    system: text(params.system),
    params: textsOf(params),
    suggestions: (meta.suggestion_prompts ?? []).map((suggestion) => suggestion.content),
    capabilities: capabilitiesOf({ capabilities: { ...first.capabilities, ...meta.capabilities } }),
    knowledge: meta.knowledge ?? [],
    tools: meta.toolIds ?? [],
    features: meta.defaultFeatureIds ?? [],
    tags: (meta.tags ?? []).map((tag) => tag.name),
    grants: plain(model?.access_grants ?? []),
    picture: pictureOf(meta),
    hidden: meta.hidden === true,
    active: model?.is_active ?? true,
    message: '',
  }
}

/** What is sent for a draft. Whatever the form does not know about the model it began with is kept. */
export function formOf(draft: Draft, model: StoredModel | null): ModelForm {
  const params = valuesOf(draft.params, model?.params ?? {}, draft.system)
  const known = new Map(model?.meta.suggestion_prompts?.map((suggestion) => [suggestion.content, suggestion]))
  const suggestions = draft.suggestions.map((content) => content.trim()).filter(Boolean)
  const meta: Meta = {
    ...model?.meta,
    description: draft.description.trim() || null,
    profile_image_url: draft.picture || NO_PICTURE,
    capabilities: { ...model?.meta.capabilities, ...draft.capabilities },
    tags: draft.tags.map((name) => ({ name })),
    suggestion_prompts: suggestions.length ? suggestions.map((content) => known.get(content) ?? { content, title: ['', ''] }) : null,
    // What is empty says nothing: what administrators say of every model holds.
    knowledge: draft.knowledge.length ? draft.knowledge : null,
    toolIds: draft.tools.length ? draft.tools : null,
    defaultFeatureIds: draft.features.length ? draft.features : null,
    hidden: draft.hidden,
  }
  const { id, name, base, grants, active, message } = draft
  const own = { id, name, base_model_id: base || null, is_active: active, commit_message: message.trim() || null }
  return { ...own, meta, params, access_grants: plain(grants) }
}

/** A copy of a model under an id that none of `taken` has. */
export function copied(model: StoredModel, name: string, taken: string[]): ModelForm {
  let next = 2
  while (taken.includes(`${model.id}-${next}`)) next += 1
  return { ...formOf(draftOf(model), model), id: `${model.id}-${next}`, name, access_grants: [] }
}

function without(kept: Record<string, unknown>, changes: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries({ ...kept, ...changes }).filter(([, value]) => value !== undefined))
}
