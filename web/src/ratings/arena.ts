import type { Message, Model } from '../api/types'
import { t } from '../i18n/index.svelte'
import { models } from '../models/models.svelte'
import { writer } from './rating'

/** Whether a reply came from a model that was drawn blindly. */
export const isArena = (list: Model[], { model, selectedModelId }: Message): boolean =>
  Boolean(selectedModelId && selectedModelId !== model) ||
  list.some((one) => one.id === model && (one.owned_by === 'arena' || one.info?.meta?.arena === true))

/** Who a reply is signed by. Who wrote it behind an arena is told only once it is rated. */
export function signed(message: Message): string {
  const asked = models.name(message.model ?? '')
  const drawn = message.selectedModelId && message.selectedModelId !== message.model
  return drawn && message.annotation?.rating ? t('ratings.revealed', { arena: asked, model: models.name(writer(message)) }) : asked
}
