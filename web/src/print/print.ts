import { mount, tick, unmount } from 'svelte'
import { get } from '../api/client'
import { fileName } from '../transfer/formats'
import Paper from './Paper.svelte'

/** Pictures that do not come in this time are left out: milliseconds. */
const PATIENCE = 5000

/** Lays a chat out for paper and opens the browser's window for printing, where it can be kept as a PDF. */
export async function printChat(id: string): Promise<void> {
  const chat = await get('/api/v1/chats/{id}', { path: { id } })
  document.querySelector('.paper')?.remove()
  const target = document.createElement('div')
  target.className = 'paper'
  document.body.append(target)
  const { title } = document
  const { theme } = document.documentElement.dataset
  const paper = mount(Paper, { target, props: { chat } })
  await tick()
  await settled(target)
  // The name that is offered for the file; paper is white.
  document.title = fileName(chat.title, 'pdf').replace(/\.pdf$/, '')
  document.documentElement.dataset.theme = 'light'
  addEventListener(
    'afterprint',
    () => {
      document.title = title
      if (theme) document.documentElement.dataset.theme = theme
      void unmount(paper)
      target.remove()
    },
    { once: true },
  )
  window.print()
}

/** Pictures are there, and nothing was drawn any more for a while: formulas, diagrams and colours come later than the text. */
async function settled(target: HTMLElement): Promise<void> {
  const pictures = [...target.querySelectorAll('img')].map((picture) => picture.decode().catch(() => undefined))
  await Promise.race([Promise.all([quiet(target), document.fonts.ready, ...pictures]), after(PATIENCE)])
}

const after = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))

function quiet(target: HTMLElement): Promise<void> {
  return new Promise((resolve) => {
    let timer = setTimeout(done, 300)
    const watch = new MutationObserver(() => {
      clearTimeout(timer)
      timer = setTimeout(done, 300)
    })
    function done(): void {
      watch.disconnect()
      resolve()
    }
    watch.observe(target, { childList: true, subtree: true, characterData: true })
  })
}
