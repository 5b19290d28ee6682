/** The parts of a request that its kind may have, all optional: which ones it needs is checked where it is written. */
export interface Parts {
  path?: Record<string, unknown>
  query?: Record<string, unknown>
  body?: unknown
  signal?: AbortSignal
}

/** An address of the document with its places filled in; what is undefined is not asked for. */
export function address(template: string, { path = {}, query = {} }: Parts = {}): string {
  const filled = template.replace(/\{\*?(\w+)\}/g, (_, name: string) => encodeURIComponent(String(path[name])))
  const asked = Object.entries(query).filter(([, value]) => value !== undefined && value !== null)
  return asked.length ? `${filled}?${new URLSearchParams(asked.map(([name, value]) => [name, String(value)]))}` : filled
}
