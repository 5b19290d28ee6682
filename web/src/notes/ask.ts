import { trayOf } from '../files/trays'
import { t } from '../i18n/index.svelte'

/** Puts a note beside the next question of a new chat. */
export function askAbout({ id, title }: { id: string; title: string }): void {
  trayOf('new').put({ type: 'note', id, name: title.trim() || t('notes.untitled') })
}
