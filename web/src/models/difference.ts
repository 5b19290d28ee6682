/** Longer values, such as pictures, are cut. */
const LONGEST = 400

/** What distinguishes two states of a model, as lines of a difference: one that goes, one that comes. */
export function difference(from: Record<string, unknown>, to: Record<string, unknown>): string[] {
  const [old, now] = [leaves(from), leaves(to)]
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((key) => {
    const [was, is] = [old.get(key), now.get(key)]
    if (was === is) return []
    return [...(was === undefined ? [] : [`-${key}: ${cut(was)}`]), ...(is === undefined ? [] : [`+${key}: ${cut(is)}`])]
  })
}

const cut = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text)

/** Every value that is no object, under the way to it. What is empty says nothing. */
function leaves(value: unknown, way: string[] = []): Map<string, string> {
  if (value === null || value === undefined || value === '' || (Array.isArray(value) && !value.length)) return new Map()
  if (typeof value !== 'object') return new Map([[way.join('.'), String(value)]])
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object')) return new Map([[way.join('.'), value.join(', ')]])
  return new Map(Object.entries(value).flatMap(([key, inner]) => [...leaves(inner, [...way, key])]))
}
