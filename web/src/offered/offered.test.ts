import { expect, it } from 'vitest'
import type { StoredModel } from '../models/stored'
import { changed, differs, fits, isOpen, reachOf, together, VIEWS } from './offered'

const grant = (principal_type: string, principal_id: string) => ({
  id: principal_id,
  resource_type: 'model',
  resource_id: 'm',
  principal_type,
  principal_id,
  permission: 'read',
  created_at: 1,
})
const stored = (id: string, more: Partial<StoredModel> = {}): StoredModel => ({
  id,
  name: id.toUpperCase(),
  user_id: 'ada',
  base_model_id: null,
  params: { temperature: 0 },
  meta: { description: 'kept' },
  access_grants: [],
  is_active: true,
  created_at: 1,
  updated_at: 1,
  ...more,
})
const named = [
  { id: 'a', name: 'a' },
  { id: 'b', name: 'b' },
  { id: 'a', name: 'twice' },
]

it('lays what is stored over what providers name, and forgets nothing', () => {
  const list = together(named, [stored('z'), stored('b', { is_active: false })])
  expect(list.map(({ id, name, gone, active }) => [id, name, gone, active])).toEqual([
    ['a', 'twice', false, true],
    ['b', 'B', false, false],
    ['z', 'Z', true, true],
  ])
})

it('says who may use a model, and in which parts of the list it is', () => {
  const models = together(
    [...named, { id: 'c', name: 'c' }, { id: 'd', name: 'd' }],
    [
      stored('b', { access_grants: [grant('user', '*')] }),
      stored('c', { access_grants: [grant('group', 'g')], meta: { hidden: true } }),
      stored('d', { access_grants: [grant('user', 'grace')], is_active: false }),
    ],
  )
  expect(models.map(reachOf)).toEqual(['nobody', 'everyone', 'some', 'some'])
  expect(models.map(isOpen)).toEqual([false, true, true, false])
  const views = models.map((model) => VIEWS.filter((view) => fits(model, view)))
  expect(views).toEqual([
    ['all', 'closed'],
    ['all', 'open'],
    ['all', 'open', 'hidden'],
    ['all', 'off'],
  ])
})

it('changes one thing and keeps the rest', () => {
  const [, model] = together(named, [stored('b', { access_grants: [grant('user', '*')] })])
  if (!model) throw new Error('there are two')
  const grants = [{ principal_type: 'user', principal_id: '*', permission: 'read' }]
  const kept = { id: 'b', name: 'B', base_model_id: null, params: { temperature: 0 }, access_grants: grants }
  expect(changed(model, { active: false })).toEqual({ ...kept, meta: { description: 'kept' }, is_active: false })
  expect([differs(model, { active: true }), differs(model, { hidden: true })]).toEqual([false, true])
  expect(changed(model, { hidden: true })).toEqual({ ...kept, meta: { description: 'kept', hidden: true }, is_active: true })
})

it('sends a model that nothing is stored about as its provider has it', () => {
  const [model] = together(named, [])
  if (!model) throw new Error('there is one')
  const form = { id: 'a', name: 'twice', base_model_id: null, params: {}, meta: {}, access_grants: [], is_active: false }
  expect(changed(model, { active: false })).toEqual(form)
})
