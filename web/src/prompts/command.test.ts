import { expect, it } from 'vitest'
import { commandOf, typedCommand } from './command'

it('makes a command that can be typed out of any name', () => {
  expect(commandOf('Summarise: a long Text!')).toBe('summarise-a-long-text')
  expect(commandOf('  Größe & Übersicht ')).toBe('grosse-ubersicht')
  expect(commandOf('要約 2')).toBe('要約-2')
})

it('takes neither the slash nor spaces into a command', () => {
  expect(typedCommand('/my command')).toBe('my-command')
})
