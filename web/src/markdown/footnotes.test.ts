// @vitest-environment node
import { expect, it } from 'vitest'
import { Blocks } from './blocks'
import { collect } from './footnotes'

const labels = (text: string, open: boolean): string[] => [...collect(new Blocks().update(text, open), open).keys()]
const NOTES = '\n\n[^a]: The first, see also [^c].\n\n[^b]: The second.\n\n[^c]: The third.\n\n[^d]: Nobody reads it.'

it('numbers notes in the order in which the text refers to them', () => {
  expect(labels(`| x[^b] |\n|--|\n| y |\n\n- z[^a] and again[^b]${NOTES}`, false)).toEqual(['b', 'a', 'c'])
})

it('keeps the place of a note that is still to be written', () => {
  expect(labels('One[^later] and two[^a].\n\n[^a]: Here.', true)).toEqual(['later', 'a'])
  expect(labels('One[^later] and two[^a].\n\n[^a]: Here.', false)).toEqual(['a'])
})
