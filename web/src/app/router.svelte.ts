let path = $state(location.pathname)

/** The address of the page, without the host. */
export const here = (): string => path

/** Goes to a page of this client. */
export function go(to: string, replace = false): void {
  if (to === location.pathname) return
  if (replace) history.replaceState(null, '', to)
  else history.pushState(null, '', to)
  path = location.pathname
}

addEventListener('popstate', () => {
  path = location.pathname
})

/** For links: stays inside the client on a plain click. */
export function follow(event: MouseEvent): void {
  const link = (event.currentTarget as HTMLElement).closest('a')
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return
  event.preventDefault()
  go(new URL(link.href).pathname)
}
