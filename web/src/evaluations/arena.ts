import type { Grant } from '../workspace/grants'

/** A model that draws one of several, as it is kept in the settings. */
export interface Arena {
  id: string
  name: string
  meta: {
    description?: string | null
    profile_image_url?: string | null
    /** Those to draw from, or those to leave out; null: all. */
    model_ids: string[] | null
    filter_mode?: 'include' | 'exclude'
    access_grants?: Grant[]
  }
}

export type Mode = 'all' | 'include' | 'exclude'

export const modeOf = ({ meta }: Arena): Mode => (meta.model_ids ? (meta.filter_mode ?? 'include') : 'all')

/** A name as an id: small letters, digits and hyphens. */
export const idFrom = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '')

/** The list with one more, or with a changed one in its place. */
export const withArena = (list: Arena[], model: Arena): Arena[] =>
  list.some((one) => one.id === model.id) ? list.map((one) => (one.id === model.id ? model : one)) : [...list, model]
