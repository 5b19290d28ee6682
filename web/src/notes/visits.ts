import { go } from '../app/router.svelte'
import { create } from './wire'

/** Notes that were made on this page; as long as nothing is written in them they are none. */
export const fresh = new Set<string>()

/** Makes an empty note and opens it. */
export async function begin(): Promise<void> {
  const id = await create()
  fresh.add(id)
  go(`/notes/${encodeURIComponent(id)}`)
}

let last: Promise<unknown> = Promise.resolve()

/** Says what is still done with a note that was just left. */
export function leaving(work: Promise<unknown>): void {
  last = work.catch(() => undefined)
}

/** Waits until the note that was left last is what it will be. */
export const left = (): Promise<unknown> => last
