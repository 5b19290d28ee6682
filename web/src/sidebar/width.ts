/** Widths of the sidebar in pixels. */
export const MIN = 208
export const MAX = 480
export const STEP = 16
const USUAL = 272

/** The nearest width that is allowed; the usual one for what is no number. */
export const clampWidth = (width: number): number =>
  Number.isFinite(width) && width > 0 ? Math.round(Math.min(MAX, Math.max(MIN, width))) : USUAL
