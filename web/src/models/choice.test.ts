import { expect, it } from 'vitest'
import type { Model } from '../api/types'
import { favouritesFirst, fitting, meant, tagsOf } from './choice'

const model = (id: string, name = id, ...tags: string[]): Model => ({ id, name, owned_by: 'x', tags: tags.map((name) => ({ name })) })
const ids = (list: Model[]): string[] => list.map(({ id }) => id)
const list = [model('a', 'Alder', 'tree'), model('b', 'Beech', 'tree', 'old'), model('c', 'Carp', 'fish'), model('d', 'Dab')]

it('puts favourites first and leaves the order as it was otherwise', () => {
  expect(ids(favouritesFirst(list, ['gone', 'd', 'b']))).toEqual(['b', 'd', 'a', 'c'])
  expect(ids(list)).toEqual(['a', 'b', 'c', 'd'])
})

it('names every tag once, and none where there are none', () => {
  expect(tagsOf(list)).toEqual(['fish', 'old', 'tree'])
  expect(tagsOf([{ id: 'x', name: 'X', owned_by: 'x' }])).toEqual([])
})

it('finds models by words of their name or id, and by a tag', () => {
  expect(ids(fitting(list, ''))).toEqual(['a', 'b', 'c', 'd'])
  expect(ids(fitting(list, 'EE'))).toEqual(['b'])
  expect(ids(fitting(list, '', 'tree'))).toEqual(['a', 'b'])
  expect(ids(fitting(list, 'al', 'tree'))).toEqual(['a'])
  expect(ids(fitting(list, 'carp', 'tree'))).toEqual([])
})

it('offers what begins with the word before what contains it, and favourites first among equals', () => {
  const names = [model('1', 'Alcarp'), model('2', 'Carp'), model('3', 'Carrot'), model('4', 'Dab')]
  expect(ids(meant(names, 'car', ['1', '3']))).toEqual(['3', '2', '1'])
  expect(ids(meant(names, '', ['4']))).toEqual(['4', '1', '2', '3'])
})
