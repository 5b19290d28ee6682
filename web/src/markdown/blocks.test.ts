// @vitest-environment node
import { expect, it, vi } from 'vitest'

vi.stubGlobal('location', { origin: 'http://localhost' })
const { blocks, formulas, safeLink } = await import('./blocks')

it('leaves finished blocks alone while the last one grows', () => {
  const before = blocks('# A\n\nfirst\n\nsec', true)
  const after = blocks('# A\n\nfirst\n\nsecond', true)
  expect(before.map((block) => block.closed)).toEqual([true, true, false])
  expect(after.slice(0, 2).map((block) => block.token.raw)).toEqual(before.slice(0, 2).map((block) => block.token.raw))
})

it('tells formulas from prices', () => {
  expect(
    formulas('It is $x^2$ and $$y$$.')
      .filter((part) => part.tex)
      .map((part) => part.tex),
  ).toEqual(['x^2', 'y'])
  expect(formulas('It costs $5 or $6.')).toEqual([{ text: 'It costs $5 or $6.' }])
})

it('follows no script', () => {
  for (const href of ['javascript:alert(1)', ' java\nscript:alert(1)', 'data:text/html,x', 'vbscript:x']) expect(safeLink(href)).toBeNull()
  expect(safeLink('https://example.com/a')).toBe('https://example.com/a')
})
