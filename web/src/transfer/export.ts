import { get } from '../api/client'
import { t } from '../i18n/index.svelte'
import { models } from '../models/models.svelte'
import { download } from './download'
import { asJson, asMarkdown, asText, fileName, type Speakers } from './formats'

export type Format = 'json' | 'md' | 'txt'
const TYPES: Record<Format, string> = { json: 'application/json', md: 'text/markdown', txt: 'text/plain' }

/** Gives one chat away as a file. */
export async function exportChat(id: string, format: Format): Promise<void> {
  const chat = await get('/api/v1/chats/{id}', { path: { id } })
  const speakers: Speakers = { you: t('chat.you'), model: models.name }
  const content = { json: () => asJson([JSON.stringify(chat)]), md: () => asMarkdown(chat, speakers), txt: () => asText(chat, speakers) }
  download(fileName(chat.title, format), TYPES[format], content[format]())
}

/** Gives every chat away in one file; answers how many there are. */
export async function exportAll(): Promise<number> {
  // A line per chat; a single line is read as the JSON that it is.
  const answer = await get('/api/v1/chats/all')
  const chats = typeof answer === 'string' ? answer.split('\n').filter(Boolean) : answer ? [JSON.stringify(answer)] : []
  if (chats.length) download(`chats-${new Date().toISOString().slice(0, 10)}.json`, TYPES.json, asJson(chats))
  return chats.length
}
