let path = $state(location.pathname)
let visits = $state(0)

/** The address of the page, without the host. */
export const here = (): string => path

/** Counts how often the shown page was asked for again: a new chat is wanted where a new chat is. */
export const visit = (): number => visits

/** Asks whether the page may be left; true: it may. */
type Ask = () => Promise<boolean>
let ask: Ask | null = null

/** Lets `question` decide whether the shown page is left, until the answer of this is called. */
export function holdHere(question: Ask): () => void {
  const warn = (event: BeforeUnloadEvent): void => event.preventDefault()
  ask = question
  addEventListener('beforeunload', warn)
  return () => {
    if (ask === question) ask = null
    removeEventListener('beforeunload', warn)
  }
}

/** Goes to a page of this client. */
export function go(to: string, replace = false): void {
  if (to === location.pathname) {
    visits += 1
    return
  }
  if (ask) void ask().then((leave) => leave && move(to, replace))
  else move(to, replace)
}

function move(to: string, replace: boolean): void {
  if (replace) history.replaceState(null, '', to)
  else history.pushState(null, '', to)
  path = location.pathname
}

addEventListener('popstate', () => {
  const wanted = location.pathname
  if (!ask) {
    path = wanted
    return
  }
  // The browser has gone already: back, until the question is answered.
  history.pushState(null, '', path)
  void ask().then((leave) => leave && move(wanted, false))
})

/** For links: stays inside the client on a plain click. */
export function follow(event: MouseEvent): void {
  const link = (event.currentTarget as HTMLElement).closest('a')
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return
  event.preventDefault()
  go(new URL(link.href).pathname)
}
