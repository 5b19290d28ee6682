import { getContext, setContext } from 'svelte'
import { side } from '../ui/side.svelte'
import type { Sight } from './kinds'

/** A block that is looked at. */
export interface Sheet {
  text: string
  sight: Sight
}

const KEY = Symbol('previews')
let sheet = $state.raw<Sheet | null>(null)

/** Said by a page that has room for previews. */
export const hostPreviews = (): boolean => setContext(KEY, true)
export const hasPreviews = (): boolean => getContext<boolean | undefined>(KEY) ?? false

/** What is looked at beside the chat. */
export const preview = {
  get sheet(): Sheet | null {
    return side.open === 'preview' ? sheet : null
  },
  show(what: Sheet): void {
    sheet = what
    side.show('preview')
  },
  close(back = true): void {
    if (side.open === 'preview') side.close(back)
    sheet = null
  },
}
