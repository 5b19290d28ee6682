import type { Key } from '../i18n/index.svelte'

export type Shortcut = 'palette' | 'keys' | 'new' | 'sidebar' | 'controls' | 'settings'

interface Binding {
  key: string
  shift?: boolean
  label: Key
}

/** Keys that work everywhere, all with Ctrl (Cmd on a Mac). */
export const SHORTCUTS: Record<Shortcut, Binding> = {
  palette: { key: 'k', label: 'keys.palette' },
  new: { key: 'o', shift: true, label: 'keys.new' },
  sidebar: { key: 's', shift: true, label: 'keys.sidebar' },
  controls: { key: '.', label: 'keys.controls' },
  settings: { key: ',', label: 'keys.settings' },
  keys: { key: '/', label: 'keys.title' },
}

const mac = typeof navigator !== 'undefined' && /Mac|iP(hone|ad)/.test(navigator.platform)

/** The shortcut that was pressed, if it is one. */
export function pressed(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>): Shortcut | null {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return null
  const key = event.key.toLowerCase()
  for (const name of Object.keys(SHORTCUTS) as Shortcut[]) {
    const binding = SHORTCUTS[name]
    // Some keyboards need Shift for a slash.
    if (binding.key === key && (key === '/' || event.shiftKey === (binding.shift ?? false))) return name
  }
  return null
}

/** How a shortcut is written for a person, such as `Ctrl K`. */
export function combo(name: Shortcut): string {
  const { key, shift } = SHORTCUTS[name]
  return written(key, shift)
}

/** The same for keys that belong to one page only. */
export function written(key: string, shift = false): string {
  const parts = mac ? ['⌘', ...(shift ? ['⇧'] : [])] : ['Ctrl', ...(shift ? ['Shift'] : [])]
  return [...parts, key.toUpperCase()].join(mac ? '' : ' ')
}
