import { post } from '../api/client'
import { session } from '../auth/session.svelte'
import { own } from '../settings/own.svelte'
import { fitted, textIn, type Said } from './completion'

/** Whether the server suggests how messages go on. */
export const mayComplete = (): boolean => session.config?.features.enable_autocomplete_generation === true

/** Whether this person wants it, on a device with keys to take it. */
export const completes = (): boolean =>
  mayComplete() && own.ui.promptAutocomplete === true && matchMedia('(hover: hover) and (pointer: fine)').matches

/** Asks a model how a text goes on; nothing where it knows no more. */
export async function complete(model: string, prompt: string, messages: Said[], signal: AbortSignal): Promise<string> {
  const body = { model, prompt, messages, type: 'chat message', stream: false }
  return fitted(prompt, textIn(await post('/api/v1/tasks/auto/completions', { body, signal })))
}
