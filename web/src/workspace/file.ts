import { t } from '../i18n/index.svelte'

/** Lets the reader keep a value as a file. */
export function saveJson(name: string, value: unknown): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([JSON.stringify(value, null, 2)], { type: 'application/json' }))
  link.download = name.replace(/[^\w.-]+/g, '-')
  link.click()
  // The browser has begun to read by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

/** Things in a file: a list of objects, or one. Rejects with words when the file holds anything else. */
export async function readJson(file: Blob): Promise<Record<string, unknown>[]> {
  let value: unknown
  try {
    value = JSON.parse(await file.text())
  } catch {
    throw new Error(t('workspace.noJson'))
  }
  const found = Array.isArray(value) ? value : [value]
  const objects = found.filter((item): item is Record<string, unknown> => typeof item === 'object' && item !== null && !Array.isArray(item))
  if (!found.length || objects.length < found.length) throw new Error(t('workspace.noJson'))
  return objects
}
