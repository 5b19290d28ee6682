import type { ModelsConfig } from '../api/types'
import { capabilitiesOf, textsOf, valuesOf } from '../models/draft'
import type { Meta } from '../models/stored'

/** The same settings as the page holds them. */
export interface Defaults {
  chosen: string[]
  pinned: string[]
  order: string[]
  system: string
  params: Record<string, string>
  capabilities: Record<string, boolean>
}

const listOf = (ids: string | null): string[] => [...new Set((ids ?? '').split(',').flatMap((id) => id.trim() || []))]

export function defaultsOf(config: ModelsConfig): Defaults {
  const params = config.DEFAULT_MODEL_PARAMS ?? {}
  return {
    chosen: listOf(config.DEFAULT_MODELS),
    pinned: listOf(config.DEFAULT_PINNED_MODELS),
    order: [...new Set(config.MODEL_ORDER_LIST ?? [])],
    system: typeof params.system === 'string' ? params.system : '',
    params: textsOf(params),
    capabilities: capabilitiesOf((config.DEFAULT_MODEL_METADATA ?? {}) as Meta),
  }
}

/** What is stored for a page; whatever it does not know stays as it was. */
export function configOf(page: Defaults, kept: ModelsConfig): ModelsConfig {
  const meta = kept.DEFAULT_MODEL_METADATA ?? {}
  return {
    DEFAULT_MODELS: page.chosen.join(','),
    DEFAULT_PINNED_MODELS: page.pinned.join(','),
    MODEL_ORDER_LIST: page.order,
    DEFAULT_MODEL_PARAMS: valuesOf(page.params, kept.DEFAULT_MODEL_PARAMS ?? {}, page.system),
    DEFAULT_MODEL_METADATA: { ...meta, capabilities: { ...(meta as Meta).capabilities, ...page.capabilities } },
  }
}
