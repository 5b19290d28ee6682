import type { Chat, Message } from '../api/types'
import { branch, siblings, type Messages } from '../chat/tree'

/** 1 for, -1 against. */
export type Side = 1 | -1

/** What a person says of a reply, as it is kept with the reply. */
export interface Annotation {
  rating?: Side | null
  reason?: string | null
  comment?: string | null
  /** What the question was about: the leaderboard can be asked for it. */
  tags?: string[] | null
  /** More exactly, from 1 to 10. */
  details?: { rating?: number | null } | null
}

/** Why somebody is for or against a reply; stored as these words. */
export const REASONS = {
  for: ['accurate_information', 'followed_request', 'clear', 'thorough', 'creative', 'other'],
  against: ['wrong', 'ignored_request', 'no_help', 'too_long', 'style', 'refused', 'other'],
} as const
export type Reason = (typeof REASONS)['for' | 'against'][number]

export const reasons = (side: Side): readonly Reason[] => REASONS[side === 1 ? 'for' : 'against']

/** The model that wrote it; behind an arena it is another one than was asked. */
export const writer = (message: Message): string => message.selectedModelId ?? message.model ?? ''

/** Other models that answered the same question, each once. */
export function opponents(messages: Messages, reply: Message): string[] {
  const writers = siblings(messages, reply).flatMap((id) => (messages[id] ? [writer(messages[id])] : []))
  return [...new Set(writers)].filter((model) => model && model !== writer(reply))
}

/** A reply's rating as the server collects them. `chat` is what is stored, and goes along as it is now. */
export function feedbackOf(chat: Chat, reply: Message, said: Annotation, arena: boolean) {
  const { messages } = chat.chat.history
  const tags = said.tags ?? []
  return {
    type: 'rating',
    data: { ...said, model_id: writer(reply), sibling_model_ids: opponents(messages, reply) },
    meta: {
      arena,
      model_id: reply.model ?? '',
      chat_id: chat.id,
      message_id: reply.id,
      message_index: branch(messages, reply.id).length - 1,
      tags,
    },
    snapshot: { chat: { ...chat } as Record<string, unknown> },
  }
}
