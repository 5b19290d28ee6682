import {
  Archive,
  Download,
  Keyboard,
  Languages,
  LayoutGrid,
  MessageSquare,
  Moon,
  Settings,
  Share2,
  Shield,
  SquarePen,
  Sparkles,
  Sun,
  SunMoon,
} from '@lucide/svelte'
import type { Component } from 'svelte'
import type { ChatSummary } from '../api/types'
import { go, here } from '../app/router.svelte'
import { setTheme } from '../app/theme.svelte'
import { may } from '../auth/permissions'
import { session } from '../auth/session.svelte'
import { locale, setLocale, t, type Key } from '../i18n/index.svelte'
import { models } from '../models/models.svelte'
import { chats } from '../sidebar/chats.svelte'
import { areas } from '../workspace/areas'
import { overlay } from './overlay.svelte'

export interface Command {
  id: string
  group: Key
  label: string
  /** A quieter second text. */
  hint?: string
  icon: Component<{ size?: number }>
  run: () => void
}

/** Whether every word that was typed is somewhere in the text. */
export function matches(text: string, query: string): boolean {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const where = text.toLowerCase()
  return words.every((word) => where.includes(word))
}

export const chatCommand = (chat: ChatSummary): Command => ({
  id: `chat-${chat.id}`,
  group: 'palette.chats',
  label: chat.title,
  ...(chat.snippet ? { hint: chat.snippet } : {}),
  icon: MessageSquare,
  run: () => go(`/c/${chat.id}`),
})

/** The chat on screen, if it is a stored one. */
function openChat(): { id: string; title: string } | null {
  const id = /^\/c\/([^/]+)$/.exec(here())?.[1]
  if (!id) return null
  return { id, title: [...chats.pinned, ...chats.list].find((chat) => chat.id === id)?.title ?? t('share.chat') }
}

/** Everything but chats: what can be done, models to talk to, and places. */
export function commands(): Command[] {
  const act = (id: string, label: Key, icon: Command['icon'], run: () => void): Command => ({
    id,
    group: 'palette.actions',
    label: t(label),
    icon,
    run,
  })
  const place = (path: string, label: Key, section: Key, icon: Command['icon']): Command => ({
    id: path,
    group: 'palette.places',
    label: t(label),
    hint: t(section),
    icon,
    run: () => go(path),
  })
  const open = openChat()
  return [
    act('new', 'sidebar.new', SquarePen, () => go('/')),
    act('light', 'palette.light', Sun, () => setTheme('light')),
    act('dark', 'palette.dark', Moon, () => setTheme('dark')),
    act('system', 'palette.system', SunMoon, () => setTheme('system')),
    act('language', 'palette.language', Languages, () => void setLocale(locale() === 'en' ? 'de' : 'en')),
    ...(open && may('chat.share') ? [act('share', 'share.this', Share2, () => overlay.share(open))] : []),
    ...(open && may('chat.export') ? [act('export', 'transfer.this', Download, () => overlay.export(open))] : []),
    act('shared', 'share.list', Share2, () => overlay.show('shared')),
    act('archived', 'archived.title', Archive, () => overlay.show('archived')),
    act('keys', 'keys.title', Keyboard, () => overlay.show('keys')),
    ...models.offered.map((model): Command => ({
      id: `model-${model.id}`,
      group: 'palette.models',
      label: model.name,
      ...(models.chosen.includes(model.id) ? { hint: t('palette.chosen') } : {}),
      icon: Sparkles,
      run: () => models.choose([model.id]),
    })),
    ...areas().map((area) => place(`/workspace/${area.id}`, area.label, 'nav.workspace', LayoutGrid)),
    place('/settings/profile', 'settings.profile', 'nav.settings', Settings),
    place('/settings/look', 'settings.look', 'nav.settings', Settings),
    place('/settings/chat', 'settings.chat', 'nav.settings', Settings),
    place('/settings/account', 'settings.account', 'nav.settings', Settings),
    place('/settings/data', 'settings.data', 'nav.settings', Settings),
    ...(session.user?.role === 'admin'
      ? [
          place('/admin/connections', 'admin.connections', 'nav.admin', Shield),
          place('/admin/users', 'admin.users', 'nav.admin', Shield),
          place('/admin/groups', 'groups.title', 'nav.admin', Shield),
          place('/admin/general', 'admin.general', 'nav.admin', Shield),
        ]
      : []),
  ]
}
