import { post } from '../api/client'
import { session } from '../auth/session.svelte'
import { own } from '../settings/own.svelte'

/** Whether administrators let people allow each call of a tool. */
export const mayAsk = (): boolean => session.config?.features.enable_tool_permissions === true

export const asks = (): boolean => mayAsk() && own.ui.params?.tool_approval_mode === 'ask'

export const setAsks = (ask: boolean): Promise<void> =>
  own.change({ params: { ...own.ui.params, tool_approval_mode: ask ? 'ask' : 'full' } })

/** What a request says of it. */
export const approval = (): { tool_approval_mode?: string } => (asks() ? { tool_approval_mode: 'ask' } : {})

type Decision = { call_id: string; action: 'approve' | 'reject' }

/** The address is younger than the document that types the others. */
const RESOLVE = '/api/v1/chats/{id}/messages/{message_id}/resolve' as '/api/v1/chats/{id}/messages/{message_id}'

export const resolveCall = (path: { id: string; message_id: string }, body: Decision): Promise<unknown> =>
  post(RESOLVE, { path, body: body as object })
