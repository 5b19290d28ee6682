import { may } from '../auth/permissions'
import { session } from '../auth/session.svelte'
import type { Area } from '../frame/areas'

/** The parts of a person's own settings, pages below `/settings/<id>`. */
export function own(): readonly [Area, ...Area[]] {
  const [first, ...rest] = AREAS
  return [first, ...rest.filter(({ id }) => id !== MEMORIES || remembers())]
}

const MEMORIES = 'memories'
const remembers = (): boolean => session.config?.features.enable_memories !== false && may('features.memories')

const AREAS: readonly [Area, ...Area[]] = [
  {
    id: 'general',
    label: 'settings.general',
    load: () => import('./General.svelte'),
    holds: ['settings.profile', 'status.title', 'settings.theme', 'settings.language', 'settings.notify'],
  },
  {
    id: 'interface',
    label: 'settings.interface',
    load: () => import('./Interface.svelte'),
    holds: [
      'settings.enter',
      'settings.wide',
      'settings.direction',
      'settings.autocomplete',
      'settings.temporary',
      'settings.autoTitle',
      'settings.autoTags',
      'settings.autoFollowUps',
      'settings.system.prompt',
    ],
  },
  {
    id: 'data',
    label: 'settings.chats',
    load: () => import('./Chats.svelte'),
    holds: ['transfer.exportAll', 'transfer.importTitle', 'archived.title', 'share.list', 'settings.archiveAll', 'settings.deleteAll'],
  },
  { id: 'files', label: 'files.title', load: () => import('../files/Files.svelte'), holds: ['files.search', 'files.compress'] },
  {
    id: 'account',
    label: 'settings.accountTitle',
    load: () => import('./Account.svelte'),
    holds: ['settings.password', 'settings.factor', 'settings.apiKey'],
  },
  { id: MEMORIES, label: 'memories.title', load: () => import('../memories/Memories.svelte'), holds: ['memories.use'] },
  { id: 'about', label: 'settings.about', load: () => import('./About.svelte') },
]
