import type { ChatSummary, Folder } from '../api/types'
import { go, here } from '../app/router.svelte'
import { t } from '../i18n/index.svelte'
import { confirm } from '../ui/confirm.svelte'
import { chats } from './chats.svelte'
import { folders } from './folders.svelte'
import { undo } from './undo.svelte'

/** What is done to one chat or to many from the sidebar; what can be taken back, offers that. */

const ids = (list: ChatSummary[]): string[] => list.map((chat) => chat.id)

export async function archive(list: ChatSummary[]): Promise<void> {
  leave(list)
  if (!(await chats.archive(ids(list)))) return
  undo.offer(said('archived', list), () => chats.archive(ids(list)))
}

export async function move(list: ChatSummary[], folder: string | null): Promise<void> {
  const before = new Map<string | null, string[]>()
  for (const { id } of list) before.set(folders.of(id), [...(before.get(folders.of(id)) ?? []), id])
  if (!(await chats.move(ids(list), folder))) return
  undo.offer(said('moved', list), async () => {
    for (const [was, some] of before) await chats.move(some, was)
  })
}

export async function moveFolder(folder: Folder, parent: string | null): Promise<void> {
  const before = folder.parent_id ?? null
  if (!(await folders.move(folder.id, parent))) return
  undo.offer(t('select.movedOne', { title: folder.name }), () => folders.move(folder.id, before))
}

/** Another chat with the same messages, which is opened. True when there is one. */
export async function duplicate(chat: ChatSummary): Promise<boolean> {
  const copy = await chats.clone(chat.id, t('workspace.copyOf', { name: chat.title }))
  if (copy) go(`/c/${copy}`)
  return copy !== undefined
}

/** Asks first: it cannot be taken back. True when they are gone. */
export async function remove(list: ChatSummary[]): Promise<boolean> {
  const [one] = list
  if (!one) return false
  const question =
    list.length === 1
      ? { title: t('sidebar.deleteTitle'), text: t('sidebar.deleteAsk', { title: one.title }) }
      : { title: t('select.deleteTitle', { count: list.length }), text: t('select.deleteAsk') }
  if (!(await confirm({ ...question, action: t('app.delete') }))) return false
  leave(list)
  return chats.remove(ids(list))
}

const said = (what: 'archived' | 'moved', list: ChatSummary[]): string =>
  list.length === 1 && list[0] ? t(`select.${what}One`, { title: list[0].title }) : t(`select.${what}`, { count: list.length })

/** Nobody stays in a chat that goes away. */
function leave(list: ChatSummary[]): void {
  if (list.some((chat) => here() === `/c/${chat.id}`)) go('/')
}
