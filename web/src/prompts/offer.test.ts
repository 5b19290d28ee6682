import { expect, it } from 'vitest'
import { offered } from './offer'
import type { Prompt } from './wire'

const prompt = (command: string, name = command): Prompt => ({ command, name }) as Prompt

it('offers what begins as typed before what only contains it', () => {
  const list = [prompt('resume'), prompt('x', 'A sum'), prompt('summary'), prompt('sum'), prompt('other')]
  expect(offered(list, 'SUM').map(({ command }) => command)).toEqual(['sum', 'summary', 'resume', 'x'])
})
