import { may } from '../auth/permissions'
import { session } from '../auth/session.svelte'

/** Whether notes are switched on, and the signed-in person may use them. */
export const mayUseNotes = (): boolean => session.config?.features.enable_notes === true && may('features.notes')
