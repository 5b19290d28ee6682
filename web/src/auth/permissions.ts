import { session } from './session.svelte'

/** Whether the signed-in person may do a thing such as `workspace.prompts`. Administrators may do everything. */
export function may(what: string): boolean {
  if (session.user?.role === 'admin') return true
  let at: unknown = session.user?.permissions
  for (const step of what.split('.')) at = at && typeof at === 'object' ? (at as Record<string, unknown>)[step] : undefined
  return at === true
}
