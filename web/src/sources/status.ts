import type { Message } from '../api/types'
import { t } from '../i18n/index.svelte'

type Status = NonNullable<Message['statusHistory']>[number]

/** What is going on, in words: the server's own, or ours for what it only names. */
export function statusOf(status: Status | undefined): string {
  if (!status || status.description) return status?.description ?? ''
  if (status.action === 'queries_generated') return t('sources.searching', { queries: (status.queries ?? []).join(', ') })
  if (status.action === 'sources_retrieved') return t('sources.found', { count: status.count ?? 0 })
  return ''
}
