import {
  Archive,
  Download,
  Folder as FolderIcon,
  Keyboard,
  Languages,
  LayoutGrid,
  ListFilter,
  Moon,
  Settings,
  Share2,
  Shield,
  SlidersHorizontal,
  SquarePen,
  Sparkles,
  StickyNote,
  Sun,
  SunMoon,
  Tag,
} from '@lucide/svelte'
import type { Component } from 'svelte'
import { AREAS } from '../admin/areas'
import { go, here } from '../app/router.svelte'
import { setTheme } from '../app/theme.svelte'
import { may } from '../auth/permissions'
import { session } from '../auth/session.svelte'
import { mayControl, onChat, panel } from '../controls/panel.svelte'
import { findable, type Area } from '../frame/areas'
import { seek } from '../frame/seek'
import { locale, setLocale, t, type Key } from '../i18n/index.svelte'
import { models } from '../models/models.svelte'
import { mayUseNotes } from '../notes/allowed'
import { own } from '../settings/areas'
import { chats } from '../sidebar/chats.svelte'
import { folders } from '../sidebar/folders.svelte'
import { sharedFolders } from '../sidebar/withMe.svelte'
import { areas } from '../workspace/areas'
import { completed, completions, written } from './operators'
import { overlay } from './overlay.svelte'

export interface Command {
  id: string
  group: Key
  label: string
  /** A quieter second text. */
  hint?: string
  /** Words around what was found, on a line of their own. */
  snippet?: string
  icon: Component<{ size?: number }>
  /** What is done once the palette is closed; or what the palette looks for next. */
  run: (() => void) | string
}

/** Kinds of lines from top to bottom: what is known here comes first, so that answers of the server move little. */
const ORDER: readonly Key[] = [
  'palette.actions',
  'palette.models',
  'palette.places',
  'folders.title',
  'palette.chats',
  'notes.title',
  'prompts.title',
  'knowledge.title',
  'palette.settings',
]

/** The same lines, each kind together. */
export const grouped = (lines: Command[]): Command[] =>
  [...lines].sort((one, other) => ORDER.indexOf(one.group) - ORDER.indexOf(other.group))

/** The chat on screen, if it is a stored one of this person. */
function openChat(): { id: string; title: string } | null {
  const id = /^\/c\/([^/]+)$/.exec(here())?.[1]
  if (!id || sharedFolders.holds(id)) return null
  return { id, title: [...chats.pinned, ...chats.list].find((chat) => chat.id === id)?.title ?? t('share.chat') }
}

/** Folders; one of them narrows the search to what is in it. */
export const folderCommands = (): Command[] =>
  folders.list.map((folder) => ({
    id: `folder-${folder.id}`,
    group: 'folders.title',
    label: folder.name,
    hint: t('palette.inFolder'),
    icon: FolderIcon,
    run: `folder:${written(folder.name)} `,
  }))

/** What may stand in place of the last word of a search: values, which come first, and names of operators, which come last. */
export function filters(text: string, tags: string[]): { values: Command[]; operators: Command[] } {
  const line = (word: string): Command => ({
    id: `filter-${word}`,
    group: 'palette.filters',
    label: word,
    icon: ListFilter,
    run: completed(text, word),
  })
  const { values, operators } = completions(text, { tags, folders: folders.list.map((folder) => folder.name) })
  return { values: values.map(line), operators: operators.map(line) }
}

/** Everything that is known here: what can be done, models to talk to, and places. */
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
    ...(mayUseNotes()
      ? [
          act('note', 'notes.new', StickyNote, () => void newNote()),
          { id: '/notes', group: 'palette.places' as const, label: t('notes.title'), icon: StickyNote, run: () => go('/notes') },
        ]
      : []),
    act('light', 'palette.light', Sun, () => setTheme('light')),
    act('dark', 'palette.dark', Moon, () => setTheme('dark')),
    act('system', 'palette.system', SunMoon, () => setTheme('system')),
    act('language', 'palette.language', Languages, () => void setLocale(locale() === 'en' ? 'de' : 'en')),
    ...(mayControl() && onChat() ? [act('controls', 'keys.controls', SlidersHorizontal, () => panel.toggle())] : []),
    ...(open && may('chat.share') ? [act('share', 'share.this', Share2, () => overlay.share(open))] : []),
    ...(open ? [act('tags', 'tags.this', Tag, () => overlay.tag(open))] : []),
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
    ...own().map((area) => place(`/settings/${area.id}`, area.label, 'nav.settings', Settings)),
    ...administered().map((area) => place(`/admin/${area.id}`, area.label, 'nav.admin', Shield)),
  ]
}

/** Every single setting, for those who know its name. */
export function settings(): Command[] {
  const places = [
    { found: findable('/settings', own()), icon: Settings },
    { found: findable('/admin', administered()), icon: Shield },
  ]
  return places.flatMap(({ found, icon }) =>
    found.flatMap(({ path, area, setting }): Command[] =>
      setting
        ? [{ id: `${path} ${setting}`, group: 'palette.settings', label: t(setting), hint: t(area), icon, run: () => seek(path, setting) }]
        : [],
    ),
  )
}

/** Where it cannot be made, the list of notes says why. */
async function newNote(): Promise<void> {
  const { begin } = await import('../notes/visits')
  await begin().catch(() => go('/notes'))
}

const administered = (): readonly Area[] => (session.user?.role === 'admin' ? AREAS : [])
