/** What a chat sets for itself, as it is stored: `system`, and parameters by their names on the wire. */
export type Params = Record<string, unknown>

/** The instructions among it. */
export const systemOf = ({ system }: Params): string => (typeof system === 'string' ? system : '')

/** What a request carries of it: instructions go another way, and other clients keep words to stop at as one text. */
export function sentOf({ system: _, stop, ...rest }: Params): Params {
  const words = typeof stop === 'string' ? stop.split(',').map((word) => word.trim()) : stop
  const stops = Array.isArray(words) ? words.filter((word) => word !== '') : []
  return { ...rest, ...(stops.length && { stop: stops }) }
}

/** What has to be sent so that `before` becomes `after`; null takes a parameter away. */
export function changes(before: Params, after: Params): Params {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  const differ = [...names].filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
  return Object.fromEntries(differ.map((name) => [name, after[name] ?? null]))
}

export const same = (one: Params, other: Params): boolean => Object.keys(changes(one, other)).length === 0
