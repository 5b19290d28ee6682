import type { Model } from '../api/types'
import { matches } from '../ui/matches'

/** Favourites first; apart from that the order is that of the server. */
export function favouritesFirst<M extends { id: string }>(list: M[], favourites: string[]): M[] {
  const rank = ({ id }: M): number => (favourites.includes(id) ? 0 : 1)
  return [...list].sort((one, other) => rank(one) - rank(other))
}

/** What models are tagged with, each once, by name. */
export const tagsOf = (list: Model[]): string[] =>
  [...new Set(list.flatMap((model) => (model.tags ?? []).map(({ name }) => name)))].sort((one, other) => one.localeCompare(other))

/** Models that the words and the tag fit; without a tag, all of them. */
export const fitting = (list: Model[], words: string, tag: string | null = null): Model[] =>
  list.filter((model) => matches(`${model.name} ${model.id}`, words) && (!tag || (model.tags ?? []).some(({ name }) => name === tag)))

/** Models that are meant by a word; those whose name begins with it come first, and favourites among equals. */
export function meant(list: Model[], word: string, favourites: string[]): Model[] {
  const rank = ({ id, name }: Model): number => ([name, id].some((called) => called.toLowerCase().startsWith(word.toLowerCase())) ? 0 : 1)
  return favouritesFirst(fitting(list, word), favourites).sort((one, other) => rank(one) - rank(other))
}
