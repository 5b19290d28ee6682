import { describe, expect, it } from 'vitest'
import { pieces, plain } from './pieces'

describe('what is read aloud', () => {
  it('is words, without the signs around them', () => {
    expect(plain('# Sky\n\nIt is **blue** and _wide_, see [here](https://a.example/x_y). [1]')).toBe('Sky\nIt is blue and wide, see here.')
    expect(plain('- one\n- two\n> three')).toBe('one\ntwo\nthree')
    expect(plain('Use `a_b` for it:\n```js\nlet a = 1\n```\nDone.')).toBe('Use a_b for it:\nDone.')
    expect(plain('Open:\n```\nnever closed')).toBe('Open:')
    expect(plain('| a | b |\n|---|---|\n| 1 | 2 |')).toBe('a b\n1 2')
    expect(plain('2 * 3 * 4 and snake_case_name')).toBe('2 * 3 * 4 and snake_case_name')
  })

  it('comes in pieces, the first one soon', () => {
    expect(pieces('Yes. It is. Look up. See.', 'punctuation')).toEqual(['Yes.', 'It is. Look up. See.'])
    expect(pieces('One. Two.\n\nThree.', 'paragraphs')).toEqual(['One. Two.', 'Three.'])
    expect(pieces('One. Two.\n\nThree.', 'none')).toEqual(['One. Two.\nThree.'])
    expect(pieces('```\ncode\n```', 'punctuation')).toEqual([])
    expect(pieces('---\n', 'paragraphs')).toEqual([])
    const long = pieces('word '.repeat(2000), 'punctuation')
    expect(long.every((piece) => piece.length <= 3000)).toBe(true)
    expect(long.join(' ').length).toBe(9999)
    expect(pieces('x'.repeat(7000), 'none').map((piece) => piece.length)).toEqual([3000, 3000, 1000])
  })
})
