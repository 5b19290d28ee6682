/** What the address of the sign-in page tells of a sign-in with another provider. */
export interface Returned {
  /** Why it led to nothing, in the server's words. */
  failure: string | null
  /** What is still to be done before there is a session. */
  step: 'mfa' | 'pending' | null
}

export function returned(search: string): Returned {
  const told = new URLSearchParams(search)
  const step = told.has('mfa') ? 'mfa' : told.has('pending') ? 'pending' : null
  return { failure: told.get('error')?.trim() || null, step }
}

/** The session that the server left in a cookie for the page to take over. */
export function handedOver(cookies: string): string | null {
  const pair = cookies.split(';').find((pair) => pair.trim().startsWith('token='))
  return pair?.slice(pair.indexOf('=') + 1).trim() || null
}

/** Where people are sent without being asked: to the only provider, unless the address says why they are here. */
export function onlyWay(providers: Record<string, string>, auto: boolean, search: string): string | null {
  const [name, ...more] = Object.keys(providers)
  return auto && name && !more.length && !search ? wayTo(name) : null
}

/** Where the sign-in with a provider begins. */
export const wayTo = (provider: string): string => `/oauth/${encodeURIComponent(provider)}/login`

/** Where sign-out leads, when the server names a place on the web or here. */
export function leadsTo(answer: unknown): string | null {
  const url = answer && typeof answer === 'object' && 'redirect_url' in answer ? answer.redirect_url : null
  return typeof url === 'string' && /^(https?:\/\/|\/(?!\/))/.test(url) ? url : null
}
