import type { Attached } from './attached'
import { Tray } from './tray.svelte'

const trays = new Map<string, Tray>()
/** Goes with what was typed when somebody signs out. */
const key = (chat: string): string => `draft:files:${chat}`

/** The files that wait to be sent in a chat, uploads that go on included; they survive reloads. A chat without an id yet is `new`. */
export function trayOf(chat: string): Tray {
  let tray = trays.get(chat)
  if (!tray) {
    const kept = stored(chat)
    tray = new Tray(kept, { changed: (items) => keep(home(tray) ?? chat, items) })
    trays.set(chat, tray)
    if (kept.length) void tray.verify()
  }
  return tray
}

/** A new chat has got its id: what was attached meanwhile belongs to it. */
export function moveTray(from: string, to: string): void {
  const tray = trays.get(from)
  if (!tray?.list.length) return
  trays.delete(from)
  trays.set(to, tray)
  keep(to, tray.items)
  keep(from, [])
}

/** Where a tray is now: it may have moved since it was made. */
const home = (tray: Tray | undefined): string | undefined => [...trays].find(([, one]) => one === tray)?.[0]

function keep(chat: string, items: Attached[]): void {
  if (items.length) localStorage.setItem(key(chat), JSON.stringify(items))
  else localStorage.removeItem(key(chat))
}

function stored(chat: string): Attached[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key(chat)) ?? '[]')
    return Array.isArray(kept) ? (kept as Attached[]) : []
  } catch {
    return []
  }
}
