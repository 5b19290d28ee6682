import { expect, it, vi } from 'vitest'

vi.mock('../i18n/index.svelte', () => ({ t: (key: string) => key }))
const { email, filled, found, jsonObject, lifetime, webAddress } = await import('./checks')

it('knows durations as the server reads them', () => {
  for (const right of ['-1', '0', '4w', '1h30m', '2.5d', ' 90s ']) expect(lifetime(right), right).toBe('')
  for (const wrong of ['', '4', 'w', '-2', '4 weeks', '1y', null]) expect(lifetime(wrong), String(wrong)).not.toBe('')
})

it('takes addresses of the web only, or none', () => {
  for (const right of ['', null, 'https://chat.example.com', 'http://localhost:8080/v1']) expect(webAddress(right)).toBe('')
  for (const wrong of ['chat.example.com', 'ftp://x', 'javascript:alert(1)']) expect(webAddress(wrong), wrong).not.toBe('')
})

it('tells only what is wrong', () => {
  expect(email('ada@example.com')).toBe('')
  expect(found({ a: filled('x'), b: filled('  '), c: email('ada') })).toEqual({ b: 'check.filled', c: 'check.email' })
})

it('takes JSON objects only, or nothing', () => {
  for (const right of ['', ' ', null, '{}', '{"a": [1]}']) expect(jsonObject(right)).toBe('')
  for (const wrong of ['[1]', 'null', '1', '{', 'a: 1']) expect(jsonObject(wrong), wrong).not.toBe('')
})
