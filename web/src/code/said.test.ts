import { expect, it } from 'vitest'
import { heard, lines } from './said'

it('takes from a frame only what can be shown', () => {
  expect(heard({ kind: 'out', text: 'a', html: '<b>' })).toEqual({ kind: 'out', text: 'a' })
  expect(heard({ kind: 'error', text: 'a', line: 3 })).toEqual({ kind: 'error', text: 'a', line: 3 })
  expect(heard({ kind: 'error', text: 'a', line: {} })).toEqual({ kind: 'error', text: 'a' })
  expect([heard({ kind: 'done' }), heard({ kind: 'full' })]).toEqual(['done', 'full'])
  for (const odd of [
    null,
    'out',
    7,
    {},
    { kind: 'out' },
    { kind: 'picture', text: 'https://elsewhere.example/a.png' },
    { kind: 'out', text: {} },
  ])
    expect(heard(odd)).toBeNull()
})

it('reads what a notebook server answers: words, pictures, errors', () => {
  const picture = 'data:image/png;base64,iVBORw0KGgo='
  expect(lines({ stdout: 'one\ntwo\n', result: `1\n[2,\n 3]\n${picture}\nend`, stderr: 'careful\n' })).toEqual([
    { kind: 'out', text: 'one\ntwo' },
    { kind: 'value', text: '1\n[2,\n 3]' },
    { kind: 'picture', text: picture },
    { kind: 'value', text: 'end' },
    { kind: 'error', text: 'careful' },
  ])
  expect(lines({ stdout: '', stderr: '', result: '' })).toEqual([])
  expect(lines({ result: 'data:image/svg+xml;base64,AAAA' })).toEqual([{ kind: 'value', text: 'data:image/svg+xml;base64,AAAA' }])
})
