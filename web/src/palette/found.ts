import { Library, MessageSquare, SquareSlash, StickyNote } from '@lucide/svelte'
import { get } from '../api/client'
import type { Answer } from '../api/contract'
import type { ChatSummary } from '../api/types'
import { go } from '../app/router.svelte'
import { aim } from '../chat/aim'
import { t } from '../i18n/index.svelte'
import { areas } from '../workspace/areas'
import type { Command } from './commands'
import type { Question } from './operators'

/** Of prompts and of knowledge bases; of chats and notes the server gives a page. */
const MOST = 6

type Everything = Answer<'get', '/api/v1/search'>

/** A chat; found by a message it opens there. */
export function chatCommand(chat: ChatSummary): Command {
  const message = chat.message_id
  return {
    id: `chat-${chat.id}`,
    group: 'palette.chats',
    label: chat.title,
    ...(message && chat.snippet ? { snippet: chat.snippet } : {}),
    icon: MessageSquare,
    run: () => (message ? aim.at(chat.id, message) : go(`/c/${chat.id}`)),
  }
}

/** What the server finds, kind by kind; each kind is asked on its own. */
export function asked({ text, narrowed }: Question, signal: AbortSignal): Promise<Command[]>[] {
  if (narrowed) return [get('/api/v1/chats/search', { query: { text, page: 1 }, signal }).then((chats) => chats.map(chatCommand))]
  const open = (id: string): boolean => areas().some((area) => area.id === id)
  const query = { query: text, page: 1 }
  return [
    get('/api/v1/search', { query: { q: text }, signal }).then(everything),
    ...(open('prompts')
      ? [get('/api/v1/prompts/list', { query, signal }).then(({ items }) => items.slice(0, MOST).map(promptCommand))]
      : []),
    ...(open('knowledge')
      ? [get('/api/v1/knowledge/search', { query, signal }).then(({ items }) => items.slice(0, MOST).map(baseCommand))]
      : []),
  ]
}

/** Chats and notes, each with where it is. */
function everything({ items, scopes }: Everything): Command[] {
  return items.flatMap((item): Command[] => {
    const id = item.id.slice(item.kind.length + 1)
    const message = item.message_id
    if (item.kind === 'chat') {
      const folder = scopes.find((scope) => scope.name === item.context)?.name
      return [
        {
          id: `chat-${id}`,
          group: 'palette.chats',
          label: item.title,
          ...(folder ? { hint: folder } : {}),
          ...(message ? { snippet: item.snippet } : {}),
          icon: MessageSquare,
          run: () => (message ? aim.at(id, message) : go(`/c/${id}`)),
        },
      ]
    }
    if (item.kind !== 'note') return []
    return [
      {
        id: `note-${id}`,
        group: 'notes.title',
        label: item.title || t('notes.untitled'),
        ...(item.snippet && item.snippet !== item.title ? { snippet: item.snippet } : {}),
        icon: StickyNote,
        run: () => go(`/notes/${id}`),
      },
    ]
  })
}

const promptCommand = ({ id, name, command }: { id: string; name: string; command: string }): Command => ({
  id: `prompt-${id}`,
  group: 'prompts.title',
  label: name,
  hint: `/${command}`,
  icon: SquareSlash,
  run: () => go(`/workspace/prompts/${id}`),
})

const baseCommand = ({ id, name, description }: { id: string; name: string; description: string }): Command => ({
  id: `knowledge-${id}`,
  group: 'knowledge.title',
  label: name,
  ...(description ? { hint: description } : {}),
  icon: Library,
  run: () => go(`/workspace/knowledge/${id}`),
})
