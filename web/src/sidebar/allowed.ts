import { may } from '../auth/permissions'
import { session } from '../auth/session.svelte'

/** Whether folders are switched on, and the signed-in person may use them. */
export const mayUseFolders = (): boolean => session.config?.features.enable_folders === true && may('features.folders')
