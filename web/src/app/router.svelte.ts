let path = $state(location.pathname)
let visits = $state(0)

/** The address of the page, without the host. */
export const here = (): string => path

/** Counts how often the shown page was asked for again: a new chat is wanted where a new chat is. */
export const visit = (): number => visits

/** Goes to a page of this client. */
export function go(to: string, replace = false): void {
  if (to === location.pathname) {
    visits += 1
    return
  }
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
