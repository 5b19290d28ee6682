import { expect, it } from 'vitest'
import type { Message } from '../api/types'
import { attach, contentOf, documents, idOf, kindOf, nameOf, sourceOf, type Attached } from './attached'

const asked = (...files: Attached[]): Message => ({ id: 'q', parentId: null, childrenIds: [], role: 'user', content: '', files })

it('knows the stored file of an item in every way that clients name one', () => {
  expect(idOf({ type: 'file', id: 'a', url: 'a' })).toBe('a')
  expect(idOf({ type: 'file', file: { id: 'b' } })).toBe('b')
  expect(idOf({ type: 'image', url: 'c' })).toBe('c')
  expect(idOf({ type: 'image', id: 'x', url: '/api/v1/files/d/content' })).toBe('d')
  expect(idOf({ type: 'image', url: 'https://elsewhere.example/p.png' })).toBeNull()
  expect(idOf({ type: 'image', url: 'data:image/png;base64,AA' })).toBeNull()
  expect(idOf({ type: 'file' })).toBeNull()
  expect(idOf({ type: 'collection', id: 'k' })).toBeNull()
})

it('shows pictures of this server and those inside a message, and nothing from elsewhere', () => {
  expect(sourceOf({ type: 'image', url: 'c' })).toBe(contentOf('c'))
  expect(sourceOf({ type: 'file', id: 'p', content_type: 'image/png' })).toBe(contentOf('p'))
  expect(sourceOf({ type: 'image', url: 'data:image/png;base64,AA' })).toBe('data:image/png;base64,AA')
  expect(sourceOf({ type: 'image', url: 'data:text/html,x' })).toBeNull()
  expect(sourceOf({ type: 'image', url: 'https://elsewhere.example/p.png' })).toBeNull()
  expect(sourceOf({ type: 'file', id: 'f' })).toBeNull()
})

it('makes of an upload what other clients know', () => {
  const stored = {
    id: 'f',
    user_id: 'u',
    filename: 'plan.txt',
    meta: { name: 'plan.txt', content_type: 'text/plain', size: 3 },
    created_at: 1,
  }
  const item = attach(stored, false, 'i')
  expect(item).toMatchObject({ type: 'file', id: 'f', url: 'f', name: 'plan.txt', size: 3, content_type: 'text/plain', status: 'uploaded' })
  expect(nameOf(item)).toBe('plan.txt')
})

it('collects what a branch carries, each file once and no pictures', () => {
  const plan: Attached = { type: 'file', id: 'a' }
  const found = documents([asked(plan, { type: 'image', url: 'p' }), asked({ type: 'file', url: 'a' }, { type: 'file', id: 'b' })])
  expect(found.map(idOf)).toEqual(['a', 'b'])
})

it('takes a note for no file, and each note once', () => {
  const note: Attached = { type: 'note', id: 'a', name: 'Plan' }
  expect([idOf(note), sourceOf(note), kindOf(note)]).toEqual([null, null, 'note'])
  const found = documents([asked(note, { type: 'file', id: 'a' }), asked(note, { type: 'note', id: 'b' })])
  expect(found.map((item) => [item.type, item.id])).toEqual([
    ['note', 'a'],
    ['file', 'a'],
    ['note', 'b'],
  ])
})
