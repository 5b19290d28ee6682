import { expect, test } from 'vitest'
import { address } from './address'

test('places in an address are filled in and escaped', () => {
  expect(address('/api/v1/chats/{id}/messages/{message_id}', { path: { id: 'a/b', message_id: 'ü' } })).toBe(
    '/api/v1/chats/a%2Fb/messages/%C3%BC',
  )
  expect(address('/openai/{*path}', { path: { path: 'models' } })).toBe('/openai/models')
})

test('what is not given is not asked for, and false is given', () => {
  expect(address('/api/v1/users/', { query: { page: 2, query: undefined, direction: null } })).toBe('/api/v1/users/?page=2')
  expect(address('/x', { query: { text: 'a & b', deep: false } })).toBe('/x?text=a+%26+b&deep=false')
  expect(address('/x', { query: { query: undefined } })).toBe('/x')
})
