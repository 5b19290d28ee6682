/** Hands a file to the person, as a download. */
export const download = (name: string, type: string, content: string): void =>
  save(name, new Blob([content], { type: `${type};charset=utf-8` }))

/** The same for bytes that are there already. */
export function save(name: string, content: Blob): void {
  const url = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The browser reads it after the click.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
