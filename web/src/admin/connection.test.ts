import { expect, it } from 'vitest'
import { connectionOf, headersOf, optionsOf } from './connection'

it('keeps what a form does not know, and drops the old word for Azure', () => {
  const stored = { azure: true, api_version: '2025-01-01', extra_params: { a: 1 }, tags: ['old', { name: 'new' }], enable: false }
  const form = connectionOf('https://x', 'k', stored)
  expect(form).toMatchObject({ enabled: false, provider: 'azure', tags: ['old', 'new'], auth: 'bearer' })
  expect(optionsOf(form, 'openai')).toEqual({
    extra_params: { a: 1 },
    enable: false,
    auth_type: 'bearer',
    prefix_id: '',
    model_ids: [],
    tags: [{ name: 'old' }, { name: 'new' }],
    connection_type: 'external',
    headers: {},
    provider: 'azure',
    api_type: '',
    api_version: '2025-01-01',
  })
})

it('stores the key of an Ollama server among its options', () => {
  expect(optionsOf(connectionOf('http://o', 'secret', {}), 'ollama')).toMatchObject({ key: 'secret', connection_type: 'local' })
})

it('reads headers line by line, and refuses what is none', () => {
  expect(headersOf('X-One: 1\n\n Two : a: b ')).toEqual({ 'X-One': '1', Two: 'a: b' })
  expect(headersOf('no header')).toBeNull()
  expect(headersOf('')).toEqual({})
  const stored = connectionOf('u', '', { headers: { 'X-One': '1', Two: 'a: b' } })
  expect(headersOf(stored.headers)).toEqual({ 'X-One': '1', Two: 'a: b' })
})
