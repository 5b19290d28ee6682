import type { Component } from 'svelte'
import type { Key } from '../i18n/index.svelte'

/** A page of settings: one line of the navigation, with pages below `<base>/<id>`. */
export interface Area {
  id: string
  label: Key
  load: () => Promise<{ default: Component }>
  /** Labels of what is set there, to be found by search. */
  holds?: readonly Key[]
  /** The page below it that holds them, where that is another one. */
  below?: string
}

/** Something that search finds: a page, or one setting on it. */
export interface Found {
  path: string
  /** The page's name. */
  area: Key
  /** Absent for the page itself. */
  setting?: Key
}

/** Everything that can be found below `base`: pages first, then what they hold. */
export function findable(base: string, areas: readonly Area[]): Found[] {
  const pages = areas.map(({ id, label }): Found => ({ path: `${base}/${id}`, area: label }))
  const settings = areas.flatMap(({ id, label, holds = [], below }) =>
    holds.map((setting): Found => ({ path: [base, id, ...(below ? [below] : [])].join('/'), area: label, setting })),
  )
  return [...pages, ...settings]
}
