import { expect, it } from 'vitest'
import { difference } from './difference'

it('tells what goes and what comes, and nothing else', () => {
  const from = { name: 'Tutor', params: { temperature: 0, stop: ['a', 'b'] }, meta: { tags: [{ name: 'x' }], i18n: null } }
  const to = { name: 'Tutor', params: { temperature: 1, stop: ['a'] }, meta: { tags: [], description: 'New', i18n: {} } }
  expect(difference(from, to)).toEqual([
    '-params.temperature: 0',
    '+params.temperature: 1',
    '-params.stop: a, b',
    '+params.stop: a',
    '-meta.tags.0.name: x',
    '+meta.description: New',
  ])
})

it('cuts what nobody can read', () => {
  expect(difference({}, { picture: 'x'.repeat(10_000) })[0]?.length).toBeLessThan(500)
})
