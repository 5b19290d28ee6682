import { expect, it } from 'vitest'
import { heard } from './told'

it('hears what was saved, and tells a text that stayed from one that is empty now', () => {
  const about = { id: 'n', title: 'Plan', updated_at: 1_795_000_000_123_456_000 }
  const revision = 1_795_000_000_123_456
  expect(heard({ ...about, data: { content: { md: 'words' } } })).toEqual({ id: 'n', title: 'Plan', revision, text: 'words' })
  expect(heard({ ...about, data: { content: { md: '' } } })).toEqual({ id: 'n', title: 'Plan', revision, text: '' })
  expect(heard({ ...about, data: { files: [] } })).toEqual({ id: 'n', title: 'Plan', revision })
  for (const odd of [null, 'n', {}, { id: 'n' }, { ...about, title: null }]) expect(heard(odd)).toBeNull()
})
