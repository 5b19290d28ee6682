import { get, post } from '../api/client'
import { create, erase, update, type ModelForm, type StoredModel } from '../models/stored'
import { readPeople } from '../people/wire'
import type { Grant } from '../workspace/grants'
import { reachOf, together, type Offered } from './offered'

/** Every model of every provider. */
export async function readOffered(): Promise<Offered[]> {
  const [named, stored] = await Promise.all([get('/api/models/base'), get('/api/v1/models/base')])
  return together(named.data, stored as StoredModel[])
}

/** Stores what is said about a model; the first time it is stored at all. */
export const store = (model: Offered, form: ModelForm): Promise<unknown> => (model.stored ? update(form) : create(form))

/** Says who may use a model. */
export const share = ({ id, name }: Offered, access_grants: Grant[]): Promise<unknown> =>
  post('/api/v1/models/model/access/update', { body: { id, name, access_grants } })

/** Forgets what is stored about a model: it is as its provider has it. */
export const forget = ({ id }: Offered): Promise<unknown> => erase(id)

/** Whether people use models that nobody let them at, as the server was started that way: somebody's list of models tells. */
export async function opensAll(list: Offered[]): Promise<boolean> {
  const closed = list.find((model) => model.active && !model.gone && reachOf(model) === 'nobody')
  if (!closed) return false
  const { users } = await readPeople(1, '', 'role', true)
  const person = users.find(({ id, role }) => role === 'user' && id !== closed.stored?.user_id)
  if (!person) return false
  const { models } = await get('/api/v1/users/{user_id}/preview', { path: { user_id: person.id } })
  return models.items.some(({ id }) => id === closed.id)
}
