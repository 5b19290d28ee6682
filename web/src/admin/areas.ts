import type { Component } from 'svelte'
import type { Key } from '../i18n/index.svelte'

/** A part of the administration: a tab with pages below `/admin/<id>`. */
export interface Area {
  id: string
  label: Key
  load: () => Promise<{ default: Component }>
}

/** The first one opens when nothing else is asked for. */
export const AREAS: readonly [Area, ...Area[]] = [
  { id: 'users', label: 'admin.users', load: () => import('../people/People.svelte') },
  { id: 'groups', label: 'groups.title', load: () => import('../groups/Groups.svelte') },
  { id: 'connections', label: 'admin.connections', load: () => import('./Connections.svelte') },
  { id: 'general', label: 'admin.general', load: () => import('./General.svelte') },
]
