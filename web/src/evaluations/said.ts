import { t } from '../i18n/index.svelte'
import { models } from '../models/models.svelte'
import { REASONS, type Reason } from '../ratings/rating'
import type { Feedback } from './wire'

const KNOWN: readonly string[] = [...REASONS.for, ...REASONS.against]

/** Ratings come as numbers or in digits. */
export const isFor = ({ data }: Feedback): boolean => Number(data?.rating) > 0

export const reasonOf = ({ data }: Feedback): string => {
  const reason = data?.reason ?? ''
  return KNOWN.includes(reason) ? t(`ratings.because.${reason as Reason}`) : reason
}
export const personOf = ({ user }: Feedback): string => user?.name ?? t('evaluations.gone')
export const modelOf = ({ data }: Feedback): string => models.name(data?.model_id ?? '') || '—'
export const topicsOf = ({ data, meta }: Feedback): string[] => [...new Set([...(data?.tags ?? []), ...(meta?.tags ?? [])])]
