const SCHEMES = ['http:', 'https:', 'mailto:', 'tel:']
// Addresses of this server that only show something; others may do something when they are asked for.
const PICTURES = /^\/(?:api\/v1\/files\/[^/]+\/content(?:\/[^/]+)?|static\/.+|cache\/.+)$/

function resolve(href: string): URL | null {
  try {
    return new URL(href, location.origin)
  } catch {
    return null
  }
}

/** Links that may be followed; scripts and data are not. */
export function safeLink(href: string): string | null {
  const url = resolve(href)
  return url && SCHEMES.includes(url.protocol) ? url.href : null
}

/** Pictures that may be shown unasked: those inside the text or on this server. Others tell their host who reads what. */
export function isOwnPicture(href: string): boolean {
  if (/^data:image\/(png|jpe?g|gif|webp|avif)[;,]/i.test(href)) return true
  const url = resolve(href)
  return url?.origin === location.origin && PICTURES.test(url.pathname)
}

/** Where a picture comes from that is shown only when asked for; null if it is never shown: this server acts on some addresses. */
export function pictureHost(href: string): string | null {
  const url = resolve(href)
  return url && /^https?:$/.test(url.protocol) && url.origin !== location.origin ? url.host : null
}
