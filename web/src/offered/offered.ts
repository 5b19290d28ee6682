import type { ModelForm, StoredModel } from '../models/stored'
import { chosen, circleOf } from '../share/grants'
import { plain, type Grant } from '../workspace/grants'

/** A model of a provider, with what administrators made of it. */
export interface Offered {
  id: string
  name: string
  /** What is stored about it; null while it is as its provider has it. */
  stored: StoredModel | null
  /** No provider names it at the moment. */
  gone: boolean
  active: boolean
  hidden: boolean
  grants: Grant[]
}

/** Who may use a model besides administrators. */
export type Reach = 'everyone' | 'some' | 'nobody'

export const reachOf = ({ grants }: Offered): Reach =>
  circleOf(grants) === 'users' ? 'everyone' : chosen(grants).length ? 'some' : 'nobody'

/** Whether people who are no administrators can chat with it. */
export const isOpen = (model: Offered): boolean => model.active && !model.gone && reachOf(model) !== 'nobody'

/** Parts of the list. */
export const VIEWS = ['all', 'open', 'closed', 'hidden', 'off'] as const
export type View = (typeof VIEWS)[number]

export function fits(model: Offered, view: View): boolean {
  if (view === 'open') return isOpen(model)
  if (view === 'closed') return reachOf(model) === 'nobody'
  if (view === 'hidden') return model.hidden
  return view === 'all' || !model.active
}

/** What providers name, each once, with what is stored about it; what only the store knows comes last. */
export function together(named: { id: string; name: string }[], stored: StoredModel[]): Offered[] {
  const rest = new Map(stored.map((model) => [model.id, model]))
  const there = [...new Map(named.map((model) => [model.id, model])).values()].map(({ id, name }) => {
    const model = rest.get(id) ?? null
    rest.delete(id)
    return offered(id, model?.name ?? name, model, false)
  })
  return [...there, ...[...rest.values()].map((model) => offered(model.id, model.name, model, true))]
}

function offered(id: string, name: string, stored: StoredModel | null, gone: boolean): Offered {
  const { is_active: active = true, meta = {}, access_grants = [] } = stored ?? {}
  return { id, name, stored, gone, active, hidden: meta.hidden === true, grants: plain(access_grants) }
}

/** A model as its form takes it, stored or not. */
export const asStored = ({ id, name, stored }: Offered): StoredModel =>
  stored ?? {
    id,
    name,
    user_id: '',
    base_model_id: null,
    params: {},
    meta: {},
    access_grants: [],
    is_active: true,
    created_at: 0,
    updated_at: 0,
  }

/** What can be made of many models at once. */
export interface Change {
  active?: boolean
  hidden?: boolean
}

/** Whether a model is not like that yet. */
export const differs = (model: Offered, { active = model.active, hidden = model.hidden }: Change): boolean =>
  active !== model.active || hidden !== model.hidden

/** What is sent for a change; whatever else is stored about the model stays. */
export function changed(model: Offered, change: Change): ModelForm {
  const { id, name, params, meta } = asStored(model)
  const { active = model.active, hidden } = change
  return {
    id,
    name,
    base_model_id: null,
    params,
    meta: hidden === undefined ? meta : { ...meta, hidden },
    access_grants: model.grants,
    is_active: active,
  }
}
