import { may } from '../auth/permissions'
import { session } from '../auth/session.svelte'
import { begins, Wish } from '../composer/wish.svelte'

/** What it is called among the features of a model. */
export const PAINT = 'image_generation'

/** Whether this server has pictures made, and lets the person have some. */
export const mayPaint = (): boolean => session.config?.features.enable_image_generation === true && may('features.image_generation')

/** Chats whose replies come with a picture. */
export const paint = new Wish('paint', mayPaint, () => begins(PAINT))
