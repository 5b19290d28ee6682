import { expect, it } from 'vitest'
import { offered, typedAt } from './offer'
import type { Prompt } from './wire'

const prompt = (command: string, name = command): Prompt => ({ command, name }) as Prompt

it('finds a command at the beginning or behind a space, up to the caret', () => {
  expect(typedAt('/sum', 4)).toEqual({ start: 0, query: 'sum' })
  expect(typedAt('Please /', 8)).toEqual({ start: 7, query: '' })
  expect(typedAt('/summary of it', 4)).toEqual({ start: 0, query: 'sum' })
})

it('takes neither a path nor a fraction for a command', () => {
  for (const text of ['1/2', 'see /usr/bin', 'https://a', '/sum it']) expect(typedAt(text, text.length)).toBe(null)
})

it('offers what begins as typed before what only contains it', () => {
  const list = [prompt('resume'), prompt('x', 'A sum'), prompt('summary'), prompt('sum'), prompt('other')]
  expect(offered(list, 'SUM').map(({ command }) => command)).toEqual(['sum', 'summary', 'resume', 'x'])
})
