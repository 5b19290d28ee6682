import type { Message } from '../api/types'
import { t } from '../i18n/index.svelte'

type Status = NonNullable<Message['statusHistory']>[number]

/** What is going on, in words: ours for what we know, or the server's own. */
export function statusOf(status: Status | undefined): string {
  if (!status) return ''
  const { action, count = 0 } = status
  const queries = (status.queries ?? []).join(', ')
  if (action === 'web_search_queries_generated') return t('web.searching', { queries })
  if (action === 'web_search' && status.error) return t('web.failed')
  if (action === 'web_search') return count ? t('web.found', { count }) : t('web.nothing')
  if (action === 'image_generation') return t(status.error ? 'paint.failed' : status.done ? 'paint.made' : 'paint.making')
  if (status.description) return status.description
  if (action === 'queries_generated') return t('sources.searching', { queries })
  if (action === 'sources_retrieved') return t('sources.found', { count })
  return ''
}
