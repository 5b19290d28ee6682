import { colours } from './colours'
import type { DrawingWindow } from './frame'
// Built as a program of its own, as a worker is: nothing of the page's comes along.
import program from './frame?worker&url'

/** A diagram as a picture with its natural size in CSS pixels. */
export interface Drawing {
  url: string
  width: number
  height: number
}

let opening: Promise<DrawingWindow> | undefined

/** Draws a Mermaid diagram in the page's colours; fails with the reason when its source is wrong. */
export async function draw(source: string): Promise<Drawing> {
  const frame = await (opening ??= open())
  const answer = await frame.draw({ source, colours: colours() })
  if ('failure' in answer) throw new Error(answer.failure)
  return sized(answer.svg)
}

/** Mermaid measures in a document of its own: it sees nothing of the page, and what it inserts may fetch nothing. */
async function open(): Promise<DrawingWindow> {
  const frame = document.createElement('iframe')
  frame.ariaHidden = 'true'
  frame.tabIndex = -1
  Object.assign(frame.style, { position: 'fixed', left: '-200vw', width: '45rem', height: '40rem', border: '0', visibility: 'hidden' })
  frame.srcdoc = `<!doctype html><meta http-equiv="Content-Security-Policy" content="img-src data:; media-src 'none'; frame-src 'none'">`
  await new Promise((loaded) => {
    frame.onload = loaded
    document.body.append(frame)
  })
  const inside = frame.contentDocument as Document
  const script = inside.createElement('script')
  script.type = 'module'
  script.src = program
  await new Promise((loaded, failed) => {
    script.onload = loaded
    script.onerror = () => failed(new Error('the drawing program did not load'))
    inside.head.append(script)
  }).catch((error: unknown) => {
    frame.remove()
    opening = undefined
    throw error
  })
  return frame.contentWindow as unknown as DrawingWindow
}

/** Mermaid's pictures ask for all the width there is; this one gets the size that it was drawn in. */
export function sized(svg: string): Drawing {
  const box =
    /viewBox="([^"]+)"/
      .exec(svg)?.[1]
      ?.split(/[\s,]+/)
      .map(Number) ?? []
  const [width = 0, height = 0] = [box[2], box[3]].map((length) => Math.ceil(length ?? 0))
  const picture = svg.replace(/^<svg\b[^>]*>/, (tag) =>
    tag.replace(/\s(?:width|height|style)="[^"]*"/g, '').replace('<svg', `<svg width="${width}" height="${height}"`),
  )
  return { url: `data:image/svg+xml;charset=utf-8,${encodeURIComponent(picture)}`, width, height }
}
