import en from '../i18n/en'
import { t, type Key } from '../i18n/index.svelte'

/** What people may do, section by section. */
export type Tree = Record<string, Record<string, boolean>>

/** Sections in the order in which they are read; others follow. */
const ORDER = ['chat', 'features', 'workspace', 'sharing', 'access_grants', 'settings'] as const
export type Section = (typeof ORDER)[number]

export function sections(tree: Tree): string[] {
  const known: string[] = ORDER.filter((name) => tree[name])
  return [...known, ...Object.keys(tree).filter((name) => !known.includes(name))]
}

/** The same tree with one switch set; the others stay, those of sections that are not shown too. */
export const withSwitch = (tree: Tree, section: string, name: string, on: boolean): Tree => ({
  ...tree,
  [section]: { ...tree[section], [name]: on },
})

export const same = (one: Tree, other: Tree): boolean => flat(one) === flat(other)

const flat = (tree: Tree): string =>
  Object.entries(tree)
    .flatMap(([section, switches]) => Object.entries(switches).map(([name, on]) => `${section}.${name}=${on}`))
    .sort()
    .join()

/** How a section or a switch is called; one that this client does not know is called by its key. */
export function label(...path: string[]): string {
  const key = ['right', ...path].join('.')
  return key in en ? t(key as Key) : (path.at(-1) ?? '').replaceAll('_', ' ')
}
