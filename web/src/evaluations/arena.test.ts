import { expect, it } from 'vitest'
import { idFrom, modeOf, withArena, type Arena } from './arena'

const arena = (id: string, meta: Partial<Arena['meta']> = {}): Arena => ({ id, name: id, meta: { model_ids: null, ...meta } })

it('makes ids of names', () => {
  expect(idFrom(' Blind Date! ')).toBe('blind-date')
  expect(idFrom('Café Größe 1')).toBe('cafe-große-1')
  expect(idFrom('???')).toBe('')
})

it('changes a model in its place and adds others at the end', () => {
  const list = [arena('a'), arena('b')]
  expect(withArena(list, { ...arena('a'), name: 'New' }).map((one) => one.name)).toEqual(['New', 'b'])
  expect(withArena(list, arena('c')).map((one) => one.id)).toEqual(['a', 'b', 'c'])
})

it('draws from all, from some, or from the others', () => {
  expect([arena('a'), arena('a', { model_ids: ['x'] }), arena('a', { model_ids: ['x'], filter_mode: 'exclude' })].map(modeOf)).toEqual([
    'all',
    'include',
    'exclude',
  ])
})
