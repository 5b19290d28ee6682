import { ROLES, type NewPerson, type Role } from './wire'

/** The cells of a table as text: commas, semicolons or tabs between them, quotes around those that hold such a sign. */
export function cells(text: string): string[][] {
  const plain = text.replace(/^\ufeff/, '')
  const first = plain.split(/\r?\n/, 1)[0] ?? ''
  const between = [',', ';', '\t'].reduce((best, sign) => (first.split(sign).length > first.split(best).length ? sign : best))
  const rows: string[][] = []
  let row: string[] = []
  let cell = ''
  let quoted = false
  for (let at = 0; at < plain.length; at += 1) {
    const sign = plain[at]!
    if (quoted) {
      if (sign !== '"') cell += sign
      else if (plain[at + 1] === '"') cell += plain[(at += 1)]
      else quoted = false
    } else if (sign === '"' && !cell) quoted = true
    else if (sign === between) {
      row.push(cell)
      cell = ''
    } else if (sign === '\n') {
      rows.push([...row, cell.replace(/\r$/, '')])
      ;[row, cell] = [[], '']
    } else cell += sign
  }
  if (cell || row.length) rows.push([...row, cell.replace(/\r$/, '')])
  return rows.map((one) => one.map((value) => value.trim())).filter((one) => one.some(Boolean))
}

/** A line of the file that makes no account, and why. */
export interface Bad {
  line: number
  who: string
  why: 'email' | 'password' | 'role' | 'twice' | 'refused'
  detail?: string
}

export interface ReadPeople {
  people: { line: number; person: NewPerson }[]
  bad: Bad[]
}

const COLUMNS = ['name', 'email', 'password', 'role'] as const

/** Accounts of a table: name, email, password, role, or in the order that its first line says. Without a role, `user`. */
export function readPeople(text: string): ReadPeople {
  const table = cells(text)
  const head = table[0]?.map((cell) => cell.toLowerCase()) ?? []
  const named = head.includes('email')
  const places = COLUMNS.map((column, at) => (named ? head.indexOf(column) : at))
  const result: ReadPeople = { people: [], bad: [] }
  const seen = new Set<string>()
  for (const [at, row] of table.entries()) {
    if (named && at === 0) continue
    const [name, email, password, role] = places.map((place) => row[place] ?? '') as [string, string, string, string]
    const wanted = role.toLowerCase() || 'user'
    const why = !/^\S+@\S+$/.test(email)
      ? 'email'
      : !password
        ? 'password'
        : !ROLES.includes(wanted as Role)
          ? 'role'
          : seen.has(email.toLowerCase())
            ? 'twice'
            : null
    const line = at + 1
    if (why) result.bad.push({ line, who: email || name || row.join(' '), why })
    else result.people.push({ line, person: { name: name || email, email, password, role: wanted as Role } })
    seen.add(email.toLowerCase())
  }
  return result
}
