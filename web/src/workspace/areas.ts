import type { Component } from 'svelte'
import { may } from '../auth/permissions'
import type { Key } from '../i18n/index.svelte'

/** A part of the workspace: a tab with pages below `/workspace/<id>`, for those who may `workspace.<id>`. */
export interface Area {
  id: string
  label: Key
  load: () => Promise<{ default: Component }>
}

const ALL: Area[] = [
  { id: 'models', label: 'presets.title', load: () => import('../models/Models.svelte') },
  { id: 'knowledge', label: 'knowledge.title', load: () => import('../knowledge/Knowledge.svelte') },
  { id: 'prompts', label: 'prompts.title', load: () => import('../prompts/Prompts.svelte') },
]

/** The parts that are open to the signed-in person. */
export const areas = (): Area[] => ALL.filter((area) => may(`workspace.${area.id}`))
