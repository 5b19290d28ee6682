import { may } from '../auth/permissions'
import { session } from '../auth/session.svelte'
import { mayComplete } from '../composer/complete'
import type { Area } from '../frame/areas'
import type { Key } from '../i18n/index.svelte'
import { mayHaveKey } from './allowed'

/** The parts of a person's own settings, pages below `/settings/<id>`. */
export function own(): readonly [Area, ...Area[]] {
  const [first, ...rest] = AREAS
  return [first, ...rest.filter(({ id }) => ONLY[id]?.() ?? true)]
}

const MEMORIES = 'memories'
/** Pages that not everybody has. */
const ONLY: Record<string, () => boolean> = {
  [MEMORIES]: () => session.config?.features.enable_memories !== false && may('features.memories'),
  interface: () => may('settings.interface') || may('chat.system_prompt'),
}
/** Settings that are there for those who may change them. */
const where = (allowed: boolean, ...settings: Key[]): Key[] => (allowed ? settings : [])

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
    get holds() {
      const arrange = may('settings.interface')
      return [
        ...where(arrange, 'settings.enter', 'settings.wide', 'settings.direction'),
        ...where(arrange && mayComplete(), 'settings.autocomplete'),
        ...where(arrange && may('chat.temporary'), 'settings.temporary'),
        ...where(arrange, 'settings.autoTitle', 'settings.autoTags', 'settings.autoFollowUps'),
        ...where(may('chat.system_prompt'), 'settings.system.prompt'),
      ]
    },
  },
  {
    id: 'data',
    label: 'settings.chats',
    load: () => import('./Chats.svelte'),
    get holds() {
      return [
        ...where(may('chat.export'), 'transfer.exportAll'),
        ...where(may('chat.import'), 'transfer.importTitle'),
        ...where(true, 'archived.title', 'share.list', 'settings.archiveAll'),
        ...where(may('chat.delete'), 'settings.deleteAll'),
      ]
    },
  },
  { id: 'files', label: 'files.title', load: () => import('../files/Files.svelte'), holds: ['files.search', 'files.compress'] },
  {
    id: 'account',
    label: 'settings.accountTitle',
    load: () => import('./Account.svelte'),
    get holds() {
      return [...where(true, 'settings.password', 'settings.factor'), ...where(mayHaveKey(), 'settings.apiKey')]
    },
  },
  { id: MEMORIES, label: 'memories.title', load: () => import('../memories/Memories.svelte'), holds: ['memories.use'] },
  { id: 'about', label: 'settings.about', load: () => import('./About.svelte') },
]
