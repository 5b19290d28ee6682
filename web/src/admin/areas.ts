import type { Area } from '../frame/areas'

/** The parts of the administration, pages below `/admin/<id>`. The first one opens when nothing else is asked for. */
export const AREAS: readonly [Area, ...Area[]] = [
  { id: 'users', label: 'admin.users', load: () => import('../people/People.svelte') },
  { id: 'groups', label: 'groups.title', load: () => import('../groups/Groups.svelte') },
  {
    id: 'general',
    label: 'admin.general',
    load: () => import('./General.svelte'),
    holds: [
      'admin.signup',
      'admin.defaultRole',
      'admin.defaultGroup',
      'admin.overlayTitle',
      'admin.overlayContent',
      'admin.showAdmin',
      'admin.adminEmail',
      'admin.jwt',
      'admin.mfa',
      'admin.apiKeys',
      'admin.restrictKeys',
      'admin.url',
      'admin.folders',
      'admin.watermark',
    ],
  },
  {
    id: 'connections',
    label: 'admin.connections',
    load: () => import('./Connections.svelte'),
    holds: ['connection.openai', 'connection.ollama', 'connection.key', 'connection.prefix', 'connection.models', 'connection.headers'],
  },
  {
    id: 'models',
    label: 'presets.title',
    load: () => import('./ModelDefaults.svelte'),
    holds: ['modelDefaults.chosen', 'modelDefaults.pinned', 'modelDefaults.order', 'modelDefaults.system', 'modelDefaults.capabilities'],
  },
  {
    id: 'tasks',
    label: 'tasks.title',
    load: () => import('./Tasks.svelte'),
    holds: [
      'tasks.model',
      'tasks.modelExternal',
      'tasks.do.title',
      'tasks.do.tags',
      'tasks.do.followUps',
      'tasks.do.autocomplete',
      'tasks.do.search',
      'tasks.do.retrieval',
      'tasks.template.image',
    ],
  },
  { id: 'banners', label: 'banners.title', load: () => import('./Banners.svelte'), holds: ['banners.new'] },
  { id: 'suggestions', label: 'starters.title', load: () => import('./Starters.svelte'), holds: ['starters.new'] },
  {
    id: 'database',
    label: 'database.title',
    load: () => import('./Database.svelte'),
    holds: ['database.exportConfig', 'database.importConfig', 'database.download', 'database.chats'],
  },
]
