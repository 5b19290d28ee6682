// @vitest-environment node
import type { Token, Tokens } from 'marked'
import { describe, expect, it, vi } from 'vitest'
import sample from './sample.test.txt?raw'

vi.stubGlobal('location', { origin: 'http://localhost' })
const { Blocks, lex } = await import('./blocks')
const { safeLink, isOwnPicture, pictureHost } = await import('./links')

const shape = (token: Token): unknown => [token.type, token.raw, 'tokens' in token ? token.tokens?.map(shape) : undefined]
const inline = (text: string): Token[] => (lex(text)[0] as Tokens.Paragraph).tokens
/** A generator with a seed, so that a failure can be repeated. */
function* random(seed: number): Generator<number> {
  for (let state = seed; ;) {
    state = (state * 1664525 + 1013904223) % 4294967296
    yield state / 4294967296
  }
}

describe('growing text', () => {
  it('keeps the identity of finished blocks', () => {
    const stream = new Blocks()
    const before = stream.update('# A\n\nfirst\n\nsec', true)
    const after = stream.update('# A\n\nfirst\n\nsecond', true)
    expect(before.map((block) => block.closed)).toEqual([true, true, false])
    expect(after[0]).toBe(before[0])
    expect(after[1]).toBe(before[1])
    expect(stream.update('# A\n\nfirst\n\nsecond', false).map((block) => block.token)).toEqual(after.map((block) => block.token))
  })

  it('keeps the finished items of a list that grows', () => {
    const stream = new Blocks()
    const items = (text: string): Tokens.ListItem[] => (stream.update(text, true)[0]?.token as Tokens.List).items
    const before = items('- one\n- two\n- th')
    const after = items('- one\n- two\n- three')
    expect(after[0]).toBe(before[0])
    expect(after[2]).not.toBe(before[2])
  })

  it('reads the same however the text is cut, and loses no character', () => {
    const whole = lex(sample)
    expect(whole.map((token) => token.raw).join('')).toBe(sample)
    const expected = whole.filter((token) => token.type !== 'space' && token.type !== 'def').map(shape)
    for (let seed = 1; seed <= 200; seed += 1) {
      const stream = new Blocks()
      const numbers = random(seed)
      let shown: unknown[] = []
      for (let end = 0; end < sample.length;) {
        end = Math.min(sample.length, end + 1 + Math.floor((numbers.next().value as number) * 40))
        shown = stream.update(sample.slice(0, end), true).map((block) => shape(block.token))
      }
      expect(shown, `seed ${seed}`).toEqual(expected)
      expect(stream.update(sample, false).map((block) => shape(block.token))).toEqual(expected)
    }
  })

  it('keeps the finished blocks of a fold and the words of a paragraph', () => {
    const stream = new Blocks()
    const tokens = (text: string): Token[] => (stream.update(text, true)[0]?.token as Tokens.Generic).tokens ?? []
    const fold = tokens('<details>\n<summary>S</summary>\n\none\n\ntw')
    expect(tokens('<details>\n<summary>S</summary>\n\none\n\ntwo')[0]).toBe(fold[0])
    const words = tokens('a **b** c')
    expect(tokens('a **b** c d')[1]).toBe(words[1])
  })

  it('closes code with its fence, not before', () => {
    const stream = new Blocks()
    const closed = (text: string): boolean[] => stream.update(text, true).map((block) => block.closed)
    expect(closed('```js\na')).toEqual([false])
    expect(closed('```js\na\n```')).toEqual([false])
    expect(closed('```js\na\n```\n')).toEqual([true])
    expect(new Blocks().update('````md\n```\n', true).map((block) => block.closed)).toEqual([false])
  })

  it('starts over when the text changes behind its back', () => {
    const stream = new Blocks()
    stream.update('one\n\ntwo\n\nthree', true)
    expect(stream.update('other', true).map((block) => block.token.raw)).toEqual(['other'])
  })

  it('finds a link that is defined behind its use', () => {
    const stream = new Blocks()
    const [open] = stream.update('See [docs].\n\nmore', true)
    const [closed] = stream.update('See [docs].\n\n[docs]: https://example.com', false)
    expect((open?.token as Tokens.Paragraph).tokens.some((token) => token.type === 'link')).toBe(false)
    expect((closed?.token as Tokens.Paragraph).tokens.some((token) => token.type === 'link')).toBe(true)
  })
})

describe('formulas', () => {
  it('are told from prices', () => {
    const tex = (text: string): unknown[] => inline(text).flatMap((token) => (token.type === 'math' ? [(token as Tokens.Generic).tex] : []))
    expect(tex('It is $x^2$ and \\(y*z*w\\).')).toEqual(['x^2', 'y*z*w'])
    expect(tex('It costs $5 or $6, US$7 and $8.50.')).toEqual([])
    expect(tex('It sees $2.08\\sqrt{h}$ and $1,5x$ far.')).toEqual(['2.08\\sqrt{h}', '1,5x'])
    expect(tex('`$x$` is code')).toEqual([])
  })

  it('may take several lines', () => {
    expect(lex('Here:\n$$\na\n= b\n$$\nafter').map((token) => token.type)).toEqual(['paragraph', 'math', 'paragraph'])
    expect(lex('\\[\nx\n\\]')[0]?.type).toBe('math')
  })
})

it('reads alerts, and quotes that are none', () => {
  const [alert] = lex('> [!TIP]\n> Do *this*.\n>\n> - and that\n\nafter')
  expect([alert?.type, (alert as Tokens.Generic).kind]).toEqual(['alert', 'tip'])
  expect((alert as Tokens.Generic).tokens?.filter((token) => token.type !== 'space').map((token) => token.type)).toEqual([
    'paragraph',
    'list',
  ])
  expect(lex('> [!OTHER]\n> text')[0]?.type).toBe('blockquote')
})

it('holds folds inside folds, and what follows a fold that is not closed', () => {
  const [outer, after] = lex('<details><summary>A</summary>\n<details open>\ninner\n</details>\n</details>\nafter')
  const inside = (outer as Tokens.Generic).tokens?.filter((token) => token.type !== 'space')
  expect(inside?.map((token) => [token.type, (token as Tokens.Generic).open])).toEqual([['details', true]])
  expect(after?.type).toBe('paragraph')
  expect(lex('<details>\n\none\n\ntwo').map((token) => token.type)).toEqual(['details'])
})

it('reads footnotes, folds and the harmless tags', () => {
  expect(lex('a[^1]\n\n[^1]: the note').map((token) => token.type)).toEqual(['paragraph', 'space', 'footnote'])
  expect(lex('<details><summary>More</summary>\n\n- x\n\n</details>')[0]?.type).toBe('details')
  expect(inline('H<sub>2</sub>O').map((token) => token.type)).toEqual(['text', 'tag', 'text'])
})

describe('links and pictures', () => {
  it('follows no script', () => {
    for (const href of ['javascript:alert(1)', ' java\nscript:alert(1)', 'data:text/html,x', 'vbscript:x', 'file:///etc/passwd'])
      expect(safeLink(href), href).toBeNull()
    expect(safeLink('https://example.com/a')).toBe('https://example.com/a')
  })

  it('offers pictures of other hosts, and no address of this server that does something', () => {
    expect(pictureHost('https://tracker.example/p.png')).toBe('tracker.example')
    for (const href of ['/api/v1/auths/signout', 'javascript:alert(1)', 'data:text/html,x']) expect(pictureHost(href), href).toBeNull()
  })

  it('shows only pictures that tell nobody', () => {
    expect(isOwnPicture('data:image/png;base64,AA')).toBe(true)
    expect(isOwnPicture('/api/v1/files/1/content')).toBe(true)
    for (const href of [
      '/api/v1/auths/signout',
      'api/../oauth/x',
      'https://tracker.example/p.png',
      '//tracker.example/p.png',
      'data:image/svg+xml,<svg/>',
      'data:text/html,x',
    ])
      expect(isOwnPicture(href), href).toBe(false)
  })
})
