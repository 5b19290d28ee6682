import { readOwn, type OwnBudgets } from './wire'

let list = $state.raw<OwnBudgets | null>(null)
let asking: Promise<void> | null = null

/** What limits this person, as it was read last. */
export const own = (): OwnBudgets | null => list

/** Reads it again; without an answer nothing is said. */
export function refreshOwn(): Promise<void> {
  asking ??= readOwn()
    .then((answer) => void (list = answer))
    .catch(() => void (list = null))
    .finally(() => (asking = null))
  return asking
}
