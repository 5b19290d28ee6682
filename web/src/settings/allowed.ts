import { may } from '../auth/permissions'
import { session } from '../auth/session.svelte'

/** Whether API keys are switched on, and the signed-in person may have one. */
export const mayHaveKey = (): boolean => session.config?.features.enable_api_keys === true && may('features.api_keys')
