import type { Chat, Message } from '../api/types'
import { textOf } from '../chat/stream'
import { branch } from '../chat/tree'

/** How those who speak are called in a text. */
export interface Speakers {
  you: string
  model: (id: string) => string
}

/** Steps that some models leave in their text; they are no part of what was said. */
const STEPS = /<details[^>]*type="(?:reasoning|tool_calls|code_interpreter)"[^>]*>[\s\S]*?<\/details>\s*/g

export const wordsOf = (message: Message): string =>
  (message.output?.length ? textOf(message.output) : message.content).replace(STEPS, '').trim()

const said = (chat: Chat): Message[] => branch(chat.chat.history.messages, chat.chat.history.currentId)

const speaker = (message: Message, { you, model }: Speakers): string => (message.role === 'user' ? you : model(message.model ?? ''))

/** The visible branch as Markdown, a heading per message. */
export function asMarkdown(chat: Chat, speakers: Speakers): string {
  const parts = said(chat).map((message) => `## ${speaker(message, speakers)}\n\n${wordsOf(message)}\n`)
  return [`# ${chat.title}\n`, ...parts].join('\n')
}

/** The visible branch as plain text. */
export function asText(chat: Chat, speakers: Speakers): string {
  const parts = said(chat).map((message) => `${speaker(message, speakers)}:\n${wordsOf(message)}\n`)
  return [`${chat.title}\n`, ...parts].join('\n')
}

/** Everything of some chats, as it can be imported again; each comes as JSON. */
export const asJson = (chats: string[]): string => `[${chats.join(',\n')}]\n`

/** A name that every system takes for a file. */
export function fileName(title: string, ending: string): string {
  const plain = title
    .replace(/[\u0000-\u001f<>:"/\\|?*]+/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[. ]+|[. ]+$/g, '')
  return `${[...plain].slice(0, 80).join('').trim() || 'chat'}.${ending}`
}
