import { expect, it } from 'vitest'
import { idOf, serverOf, storedOf } from './server'

it('keeps what the form does not know', () => {
  const stored = {
    url: 'http://a',
    path: 'openapi.json',
    auth_type: 'oauth_2.1',
    key: null,
    own: 1,
    config: { enable: true, function_name_filter_list: ['a', '!b'], access_grants: [], more: 2 },
    info: { id: 'a', name: 'A', oauth_client_info: 'sealed', other: 3 },
    headers: { 'X-A': '1' },
  }
  const server = serverOf(stored)
  expect([server.only, server.client, server.headers]).toEqual(['a, !b', 'sealed', 'X-A: 1'])
  const again = storedOf({ ...server, name: ' B ', client: '' })
  expect(again).toMatchObject({ own: 1, config: { more: 2, function_name_filter_list: 'a, !b' }, info: { id: 'a', name: 'B', other: 3 } })
  expect(again.info).not.toHaveProperty('oauth_client_info')
  expect(storedOf(server).info).toMatchObject({ oauth_client_info: 'sealed' })
})

it('begins with what most servers are', () => {
  expect(storedOf(serverOf({}))).toMatchObject({ path: 'openapi.json', type: 'openapi', auth_type: 'bearer', config: { enable: true } })
})

it('makes an id of a name', () => {
  expect([idOf('My Mails!'), idOf('Größe'), idOf('…')]).toEqual(['my-mails', 'gro-e', ''])
})
