import { unreached } from '../api/client'
import { session } from '../auth/session.svelte'
import { isLost } from '../realtime/socket.svelte'

/** Whether the bar says that the server cannot be reached. */
export const isOffline = (): boolean => session.recalled || isLost()

/** Whether that bar says already why something failed. */
export const isTold = (error: unknown): boolean => unreached(error) && isOffline()
