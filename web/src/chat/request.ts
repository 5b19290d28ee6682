import type { Message, OutputItem } from '../api/types'
import { sourceOf } from '../files/attached'
import { own } from '../settings/own.svelte'
import { textOf } from './stream'
import { branch, type Messages } from './tree'

type Said = { role: string; content: unknown; output?: OutputItem[] }

export const seconds = (): number => Math.floor(Date.now() / 1000)

/** A reply of `model` that has not begun. */
export function emptyReply(question: Message, model: string): Message {
  return {
    id: crypto.randomUUID(),
    parentId: question.id,
    childrenIds: [],
    role: 'assistant',
    content: '',
    model,
    done: false,
    timestamp: seconds(),
  }
}

/** What was said up to `question`, for a server that keeps no copy; `plain` takes an output out of reactive state. */
export function said(messages: Messages, question: Message, plain: (output: OutputItem[]) => OutputItem[]): Said[] {
  return branch(messages, question.id).map((message) => {
    if (message.role === 'assistant' && message.output?.length)
      return { role: 'assistant', content: textOf(message.output), output: plain(message.output) }
    return { role: message.role, content: withPictures(message) }
  })
}

/** Pictures are parts of what was said; other files go beside it. */
function withPictures({ content, files = [] }: Message): unknown {
  const pictures = files.map(sourceOf).filter((url) => url !== null)
  if (!pictures.length) return content
  const shown = pictures.map((url) => ({ type: 'image_url', image_url: { url } }))
  return content ? [{ type: 'text', text: content }, ...shown] : shown
}

/** What goes before the conversation: what is set for this chat (`here`), or what somebody wants every model to know. */
export function personal(here = ''): Said[] {
  const system = here.trim() || own.ui.system?.trim()
  return system ? [{ role: 'system', content: system }] : []
}

/** What is done when a reply is there, as far as the person wants it; a chat gets its name once. */
export const tasks = (first: boolean): Record<string, boolean> => ({
  title_generation: first && own.ui.title?.auto !== false,
  tags_generation: first && own.ui.autoTags !== false,
  follow_up_generation: own.ui.autoFollowUps !== false,
})

/** What system prompts may name of the person and the moment. */
export function variables(name: string): Record<string, string> {
  const now = new Date()
  return {
    '{{USER_NAME}}': name,
    '{{CURRENT_DATE}}': now.toISOString().slice(0, 10),
    '{{CURRENT_TIME}}': now.toTimeString().slice(0, 8),
    '{{CURRENT_DATETIME}}': now.toISOString(),
    '{{CURRENT_WEEKDAY}}': now.toLocaleDateString('en', { weekday: 'long' }),
    '{{CURRENT_TIMEZONE}}': Intl.DateTimeFormat().resolvedOptions().timeZone,
    '{{USER_LANGUAGE}}': navigator.language,
  }
}
