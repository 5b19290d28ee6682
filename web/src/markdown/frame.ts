import type { Mermaid } from 'mermaid'
import { decode } from './entities'

/** What the page asks the frame to draw, where this module is all that runs; `colours` are Mermaid's theme variables. */
export interface Wish {
  source: string
  colours: Record<string, string | boolean>
}
export type Answer = { svg: string } | { failure: string }
export type DrawingWindow = Window & { draw: (wish: Wish) => Promise<Answer> }

const loading = load()
let last: Promise<unknown> = Promise.resolve()
let number = 0
const render = async ({ source, colours }: Wish): Promise<Answer> => {
  try {
    const mermaid = await loading
    mermaid.initialize({
      startOnLoad: false,
      securityLevel: 'strict',
      suppressErrorRendering: true,
      look: 'classic',
      htmlLabels: true,
      // What a diagram may not change about itself.
      secure: ['secure', 'securityLevel', 'startOnLoad', 'maxTextSize', 'maxEdges', 'suppressErrorRendering', 'themeCSS', 'htmlLabels'],
      theme: 'base',
      themeVariables: colours,
      fontFamily: String(colours.fontFamily),
    })
    return { svg: (await mermaid.render(`drawing-${(number += 1)}`, source)).svg }
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) }
  } finally {
    document.adoptedStyleSheets = []
  }
}
// One after the other: the colours are set for all of Mermaid.
Object.assign(window, { draw: (wish: Wish) => (last = last.then(() => render(wish))) })

async function load(): Promise<Mermaid> {
  styleThroughScript()
  const [{ default: mermaid }, { default: purify }] = await Promise.all([import('mermaid'), import('dompurify')])
  // What enters this document is purified. The whole drawing is not: it becomes a picture, where nothing runs and nothing is fetched.
  const sanitize = purify.sanitize.bind(purify) as (dirty: string, config?: object) => string
  purify.sanitize = ((dirty: string, config?: object) => {
    const drawing = config && 'HTML_INTEGRATION_POINTS' in config ? document.getElementById(`drawing-${number}`) : null
    return drawing ? written(drawing) : sanitize(dirty, config)
  }) as typeof purify.sanitize
  return mermaid
}

/** The drawing as XML. Mermaid keeps character references in labels as letters that nobody writes. */
function written(drawing: Element): string {
  const plain = (text: string): string => text.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`)
  return new XMLSerializer()
    .serializeToString(drawing)
    .replaceAll('<style xmlns="">', '<style>')
    .replace(/ﬂ°°(\d+)¶ß/g, (_, code: string) => plain(decode(`&#${code};`)))
    .replace(/ﬂ°(\w+)¶ß/g, (_, name: string) => plain(decode(`&${name};`)))
}

/** Mermaid writes style attributes and elements, which the page's policy forbids; a script may set the same styles. */
function styleThroughScript(): void {
  const { setAttribute } = Element.prototype
  Element.prototype.setAttribute = function (this: Element, name, value) {
    if (name === 'style' && (this instanceof HTMLElement || this instanceof SVGElement)) this.style.cssText = value
    else setAttribute.call(this, name, value)
  }
  const [createElement, createElementNS] = [document.createElement.bind(document), document.createElementNS.bind(document)]
  const replaced =
    (create: (...args: never[]) => Element, at: number) =>
    (...args: never[]): Element =>
      args[at] === 'style' ? sheet(createElementNS(null, 'style')) : create(...args)
  document.createElement = replaced(createElement as never, 0) as never
  document.createElementNS = replaced(createElementNS as never, 1) as never
}

/** An element that is written out as a style element, and whose rules hold while Mermaid measures. */
function sheet(element: Element): Element {
  const rules = new CSSStyleSheet()
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, rules]
  const set = (css: string): void => {
    element.replaceChildren(css)
    rules.replaceSync(css)
  }
  for (const name of ['innerHTML', 'textContent'])
    Object.defineProperty(element, name, { set, get: () => element.firstChild?.nodeValue ?? '' })
  return element
}
