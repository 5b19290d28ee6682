import { expect, it } from 'vitest'
import { copied, draftOf, formOf } from './draft'
import type { StoredModel } from './stored'

const stored = {
  id: 'tutor',
  name: 'Tutor',
  base_model_id: 'small',
  user_id: 'ada',
  is_active: false,
  created_at: 1,
  updated_at: 2,
  access_grants: [
    { id: 'x', resource_type: 'model', resource_id: 'tutor', principal_type: 'user', principal_id: '*', permission: 'read', created_at: 1 },
  ],
  params: { system: 'Teach.', temperature: 0, stop: ['END', 'STOP'], custom_params: { a: 1 } },
  meta: {
    description: 'Teaches',
    capabilities: { vision: false, terminal: true },
    tags: [{ name: 'school' }],
    suggestion_prompts: [{ content: 'Why?', title: ['A', 'question'] }],
    knowledge: [{ id: 'k' }],
  },
} as unknown as StoredModel

it('keeps what the form does not know', () => {
  const form = formOf(draftOf(stored), stored)
  expect(form.params).toEqual(stored.params)
  expect(form.meta).toMatchObject({ knowledge: [{ id: 'k' }], suggestion_prompts: [{ content: 'Why?', title: ['A', 'question'] }] })
  expect(form.meta.capabilities).toMatchObject({ vision: false, terminal: true, usage: true })
  expect(form.access_grants).toEqual([{ principal_type: 'user', principal_id: '*', permission: 'read' }])
  expect(form).toMatchObject({ id: 'tutor', base_model_id: 'small', is_active: false })
})

it('takes away what was emptied, and sends numbers as numbers', () => {
  const draft = draftOf(stored)
  const form = formOf(
    { ...draft, system: ' ', suggestions: [' '], params: { ...draft.params, temperature: '', stop: '', top_k: '40' } },
    stored,
  )
  expect(form.params).toEqual({ top_k: 40, custom_params: { a: 1 } })
  expect(form.meta.suggestion_prompts).toBe(null)
})

it('makes a new model over a base', () => {
  const form = formOf({ ...draftOf(null, 'small'), id: 'new', name: 'New' }, null)
  expect(form).toMatchObject({ id: 'new', name: 'New', base_model_id: 'small', params: {}, is_active: true, access_grants: [] })
  expect(form.meta.profile_image_url).toBe('/static/favicon.png')
})

it('takes along what a model looks into and what is on at first, and leaves the rest to what holds for every model', () => {
  const draft = draftOf(stored)
  const form = formOf({ ...draft, knowledge: [], tools: ['server:lights'], features: [] }, stored)
  expect(form.meta).toMatchObject({ knowledge: null, toolIds: ['server:lights'], defaultFeatureIds: null })
  const again = draftOf({ ...stored, meta: { ...form.meta, defaultFeatureIds: ['web_search'] } })
  expect([again.knowledge, again.tools, again.features]).toEqual([[], ['server:lights'], ['web_search']])
})

it('says of the model of a provider what holds for every model, until it is said otherwise', () => {
  const own = { ...stored, base_model_id: null }
  const draft = draftOf(own, 'small', { capabilities: { vision: true, memory: false } })
  expect(draft).toMatchObject({ base: '', capabilities: { vision: false, memory: false, usage: true } })
  expect(formOf(draft, own).base_model_id).toBe(null)
})

it('copies everything but the id, the name and who may use it', () => {
  const copy = copied(stored, 'Tutor (copy)', ['tutor', 'tutor-2'])
  expect(copy).toMatchObject({ id: 'tutor-3', name: 'Tutor (copy)', access_grants: [], base_model_id: 'small' })
  expect(copy.params).toEqual(stored.params)
})
