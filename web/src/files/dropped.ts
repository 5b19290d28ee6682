/** Whether files of the person's device are dragged, and not something of the page. */
export const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false

/** The files that were dropped or pasted; folders, which no browser sends as such, are left out. */
export function filesOf(transfer: DataTransfer | null): File[] {
  const items = [...(transfer?.items ?? [])].filter((item) => item.kind === 'file')
  return items
    .filter((item) => !item.webkitGetAsEntry?.()?.isDirectory)
    .map((item) => item.getAsFile())
    .filter((file) => file !== null)
}

/** Files that were pasted. A piece of a document comes as words and as a picture of them: then the words are meant. */
export function pastedFiles(data: DataTransfer | null): File[] {
  return data?.getData('text/html') && data.getData('text/plain') ? [] : filesOf(data)
}
