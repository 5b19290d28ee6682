import { expect, it, vi } from 'vitest'

vi.mock('../api/client', () => ({}))
const { cells, readPeople } = await import('./csv')

it('reads commas, semicolons and tabs, quotes and every line end', () => {
  expect(cells('a,b\r\n"x, ""y""",z\n\n')).toEqual([
    ['a', 'b'],
    ['x, "y"', 'z'],
  ])
  expect(cells('\ufeffa;b,c;\n"two\nlines";2')).toEqual([
    ['a', 'b,c', ''],
    ['two\nlines', '2'],
  ])
  expect(cells('a\tb')).toEqual([['a', 'b']])
  expect(cells('')).toEqual([])
})

it('takes columns in the usual order, or in the order of the first line', () => {
  const ada = { line: 1, person: { name: 'Ada', email: 'ada@x.org', password: 'pw-1', role: 'admin' } }
  expect(readPeople('Ada,ada@x.org,pw-1,Admin').people).toEqual([ada])
  const named = readPeople('Email;Name;Password\nada@x.org;;pw-1')
  expect(named).toEqual({
    people: [{ line: 2, person: { name: 'ada@x.org', email: 'ada@x.org', password: 'pw-1', role: 'user' } }],
    bad: [],
  })
})

it('says which lines make no account, and why', () => {
  const { people, bad } = readPeople('A,nonsense,pw\nB,b@x.org,\nC,c@x.org,pw,king\nD,d@x.org,pw\nD,D@x.org,pw')
  expect(people.map((one) => one.person.email)).toEqual(['d@x.org'])
  expect(bad).toEqual([
    { line: 1, who: 'nonsense', why: 'email' },
    { line: 2, who: 'b@x.org', why: 'password' },
    { line: 3, who: 'c@x.org', why: 'role' },
    { line: 5, who: 'D@x.org', why: 'twice' },
  ])
})
