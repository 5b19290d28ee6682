import { expect, it } from 'vitest'
import { marked } from './marked'

const shown = (text: string, query: string): string =>
  marked(text, query)
    .map((piece) => (piece.hit ? `[${piece.text}]` : piece.text))
    .join('')

it('marks every word that was looked for, the longest first', () => {
  expect(shown('A Quokka smiles', 'quok SMILES')).toBe('A [Quok]ka [smiles]')
  expect(shown('lighthouse', 'light lighthouse')).toBe('[lighthouse]')
  expect(shown('nothing', 'tag:rust')).toBe('nothing')
  expect(shown('what (is) it', '"(is)')).toBe('what [(is)] it')
  expect(shown('as it stands', '')).toBe('as it stands')
})
