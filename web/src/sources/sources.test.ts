import { describe, expect, it } from 'vitest'
import { documentsOf } from './sources'

describe('documents of a reply', () => {
  it('have the numbers by which the model was told of them', () => {
    const found = documentsOf([
      {
        source: { id: 'k', name: 'Handbook', type: 'collection' },
        document: ['one', 'two', 'three'],
        metadata: [
          { source: 'a.pdf', name: 'a.pdf', file_id: 'a', page: 0 },
          { source: 'b.md', name: 'b.md', file_id: 'b', headings: ['Costs', 'Rent'] },
          { source: 'a.pdf', name: 'a.pdf', file_id: 'a', page: 4, page_label: 'v' },
        ],
        distances: [0.9, 0.8, 0.7],
      },
      { source: { id: 'f', name: 'whole.txt' }, document: ['all'], metadata: [{ source: 'whole.txt' }] },
    ])
    expect(found.map(({ number, name, file }) => [number, name, file])).toEqual([
      [1, 'a.pdf', 'a'],
      [2, 'b.md', 'b'],
      [3, 'whole.txt', null],
    ])
    expect(found[0]?.pieces.map(({ page, near }) => [page, near])).toEqual([
      ['1', 0.9],
      ['v', 0.7],
    ])
    expect(found[1]?.pieces[0]?.under).toBe('Costs › Rent')
    expect(found[2]?.pieces[0]).toEqual({ text: 'all', page: null, under: '', near: null })
  })

  it('are opened elsewhere only by addresses of the web', () => {
    const of = (source: string) => documentsOf([{ document: ['x'], metadata: [{ source }] }])[0]?.url
    expect(of('https://a.example/page')).toBe('https://a.example/page')
    expect(of('javascript:alert(1)')).toBeNull()
    expect(documentsOf([{}])).toEqual([])
  })
})
