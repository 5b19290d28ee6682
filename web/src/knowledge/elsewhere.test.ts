import { expect, it } from 'vitest'
import { connectionOf, EMPTY, fieldsOf, filterOf, placeOf, sourceOf, type Server } from './elsewhere'

it('knows which knowledge bases lie elsewhere', () => {
  expect(placeOf(null)).toBeNull()
  expect(placeOf({ source: 'local' })).toBeNull()
  expect(placeOf({ source: 'external', external: { connection_id: 'c', source: { name: 'books' } } })?.connection_id).toBe('c')
  expect(placeOf({ source: 'external' })).toEqual({ connection_id: '', source: null })
})

it('reads filters as people write them', () => {
  expect(filterOf('tenant = handbook, a=b=c, nothing, =x,')).toEqual({ tenant: 'handbook', a: 'b=c' })
  expect(filterOf('')).toEqual({})
})

it('sends what the product takes, and nothing that was left empty', () => {
  const fields = { ...EMPTY, endpoint: ' http://q:6333 ', key: 'k', collection: ' books ', filter: 'a=b', text: 'body' }
  expect(connectionOf(fields, 'Library')).toEqual({
    name: 'Library',
    provider: 'qdrant',
    endpoint: 'http://q:6333',
    auth_config: { api_key: 'k' },
    config: {},
    enabled: true,
  })
  expect(sourceOf(fields)).toEqual({ type: 'collection', name: 'books', config: { text_field: 'body', filter: { a: 'b' } } })
  const table = { ...fields, provider: 'pgvector', user: 'ann', key: '', database: 'd' }
  expect(connectionOf(table, 'L')).toMatchObject({ auth_config: { username: 'ann', password: '' }, config: { database: 'd' } })
  expect(sourceOf(table).type).toBe('table')
})

it('shows what is stored', () => {
  const server: Server = {
    id: 's',
    name: 'Library',
    provider: 'pgvector',
    endpoint: 'postgresql://db/x',
    auth_config: { username: 'ann', password: '' },
    config: null,
    enabled: true,
  }
  const place = { connection_id: 's', source: { name: 'shelf', config: { vector_field: 'v', filter: { room: 'x', page: 1 } } } }
  expect(fieldsOf(place, server)).toMatchObject({ server: 's', user: 'ann', collection: 'shelf', vector: 'v', filter: 'room=x, page=1' })
  expect(fieldsOf({ connection_id: '', source: null }, undefined)).toEqual(EMPTY)
})
