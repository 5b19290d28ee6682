import { expect, it, vi } from 'vitest'

vi.mock('../i18n/index.svelte', () => ({ t: (key: string) => `<${key}>` }))
const { label, same, sections, withSwitch } = await import('./permissions')

it('sets one switch and keeps every other', () => {
  const tree = { chat: { edit: true }, novel: { thing: true } }
  expect(withSwitch(tree, 'chat', 'share', true)).toEqual({ chat: { edit: true, share: true }, novel: { thing: true } })
  expect(tree.chat).toEqual({ edit: true })
})

it('orders known sections, and keeps those of a newer server', () => {
  expect(sections({ novel: {}, workspace: {}, chat: {} })).toEqual(['chat', 'workspace', 'novel'])
})

it('compares by what is switched, not by order', () => {
  expect(same({ a: { x: true, y: false } }, { a: { y: false, x: true } })).toBe(true)
  expect(same({ a: { x: true } }, { a: { x: false } })).toBe(false)
})

it('names what it knows, and spells what it does not', () => {
  expect(label('chat', 'file_upload')).toBe('<right.chat.file_upload>')
  expect(label('chat', 'time_travel')).toBe('time travel')
})
