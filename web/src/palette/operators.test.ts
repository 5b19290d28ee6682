import { expect, it } from 'vitest'
import { completed, completions, question } from './operators'

const known = { tags: ['rust', 'rural_life', 'none'], folders: ['My Zoo', 'Kitchen'] }

it('asks without operators that have no value yet', () => {
  expect(question('quokka  smiles')).toEqual({ text: 'quokka smiles', narrowed: false })
  expect(question('tag:rust quokka')).toEqual({ text: 'tag:rust quokka', narrowed: true })
  expect(question('quokka folder: pinned:tr')).toEqual({ text: 'quokka', narrowed: true })
  expect(question('archived:true')).toEqual({ text: 'archived:true', narrowed: true })
  expect(question('http://here see:there')).toEqual({ text: 'http://here see:there', narrowed: false })
})

it('completes operators, and their values with what there is', () => {
  expect(completions('quokka ta', known)).toEqual({ values: [], operators: ['tag:'] })
  expect(completions('quokka ', known)).toEqual({ values: [], operators: [] })
  expect(completions('tag:ru', known).values).toEqual(['tag:rust', 'tag:rural_life'])
  expect(completions('tag:rust', known).values).toEqual([])
  expect(completions('x folder:', known).values).toEqual(['folder:my_zoo', 'folder:kitchen'])
  expect(completions('pinned:', known).values).toEqual(['pinned:true', 'pinned:false'])
})

it('puts a completion in place of the last word only', () => {
  expect(completed('quokka ta', 'tag:')).toBe('quokka tag:')
  expect(completed('quokka tag:ru', 'tag:rust')).toBe('quokka tag:rust ')
  expect(completed('', 'shared:')).toBe('shared:')
  expect(completed('a tag:$', 'tag:$&')).toBe('a tag:$& ')
})
