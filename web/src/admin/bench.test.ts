import { expect, it, vi } from 'vitest'

vi.mock('../api/client', () => ({ post: vi.fn() }))
vi.mock('../people/wire', () => ({ ROLES: [] }))
const { readPairs } = await import('./bench')

it('reads tables with and without a first line that names the columns', () => {
  const pairs = [
    { question: 'Who, then?', file: 'a.md' },
    { question: 'Where?', text: 'in town' },
  ]
  expect(readPairs('"Who, then?",a.md\nWhere?,,in town\n')).toEqual(pairs)
  expect(readPairs('\ufeffText;Filename;Question\n;a.md;Who, then?\nin town;;Where?')).toEqual(pairs)
})

it('reads lists, with other names and inside of an object', () => {
  const pairs = [{ question: 'q', file: 'f', text: 't' }]
  expect(readPairs('[{"question": " q ", "filename": "f", "answer": "t", "more": 1}]')).toEqual(pairs)
  expect(readPairs('{"pairs": [{"Question": "q", "file": "f", "text": "t"}]}')).toEqual(pairs)
})

it('says what is wrong, and where', () => {
  const why = (text: string): unknown => {
    try {
      return readPairs(text)
    } catch (error) {
      const { why, line } = error as { why: string; line: number }
      return [why, line]
    }
  }
  expect(why('[{"question": ')).toEqual(['json', 0])
  expect(why('{"other": 1}')).toEqual(['json', 0])
  expect(why('question,file\n')).toEqual(['none', 0])
  expect(why('question,file\na,b\n,c')).toEqual(['question', 3])
  expect(why('[{"question": "q", "file": "f"}, {"question": "q"}]')).toEqual(['expected', 2])
  expect(why('[null]')).toEqual(['question', 1])
  expect(why('q,f\n'.repeat(501))).toEqual(['many', 0])
})
