import { session } from '../auth/session.svelte'
import { decode } from '../markdown/entities'

/** What a block of code can be shown as. */
export type Sight = 'html' | 'svg'
export type Runner = 'javascript' | 'python'

const HTML = ['html', 'htm', 'xhtml']
/** What people call a block whose language says nothing about it. */
const VAGUE = ['', 'xml', 'text', 'txt', 'plaintext']
const BEFORE = String.raw`^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[^]*?-->\s*)?`
const DRAWING = new RegExp(BEFORE + String.raw`(?:<!doctype svg[^>]*>\s*)?<svg[\s>]`, 'i')
const WHOLE = new RegExp(BEFORE + String.raw`<(?:!doctype html|html)[\s>]`, 'i')
const RUNNERS = new Map<string, Runner>([
  ['js', 'javascript'],
  ['javascript', 'javascript'],
  ['mjs', 'javascript'],
  ['py', 'python'],
  ['python', 'python'],
  ['python3', 'python'],
])

/** Pages and drawings can be looked at; of other blocks those that are whole pages. */
export function sightOf(lang: string, text: string): Sight | null {
  const named = lang === 'svg' || HTML.includes(lang)
  if (!text.trim() || (!named && !VAGUE.includes(lang))) return null
  const head = text.slice(0, 2000)
  if (DRAWING.test(head)) return 'svg'
  return HTML.includes(lang) || WHOLE.test(head) ? 'html' : null
}

/** What runs a block, where an administrator lets people run code; Python needs a notebook server. */
export function runnerOf(lang: string): Runner | null {
  const { features, code } = session.config ?? {}
  if (!features?.enable_code_execution) return null
  const runner = RUNNERS.get(lang) ?? null
  return runner === 'python' && code?.engine !== 'jupyter' ? null : runner
}

/** What a page or a drawing calls itself. */
export const titleOf = (text: string): string =>
  decode(/<title[^>]*>([^<]{1,200})<\/title>/i.exec(text)?.[1] ?? '')
    .replace(/\s+/g, ' ')
    .trim()
