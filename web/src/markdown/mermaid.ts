export interface Drawing {
  url: string
  /** Natural size in CSS pixels. */
  width: number
  height: number
}

let number = 0

/** Draws a Mermaid diagram as a picture; fails with the reason when its source is wrong. */
export async function draw(source: string, dark: boolean): Promise<Drawing> {
  const { default: mermaid } = await import('mermaid')
  mermaid.initialize({
    startOnLoad: false,
    securityLevel: 'strict',
    theme: dark ? 'dark' : 'neutral',
    htmlLabels: false,
    suppressErrorRendering: true,
  })
  const { svg } = await mermaid.render(`diagram-${(number += 1)}`, source)
  return sized(svg)
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
