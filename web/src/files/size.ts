const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

/** A number of bytes as people read it. */
export function sizeText(bytes: number, locale: string): string {
  let [value, unit] = [bytes, 0]
  // What would be rounded to 1000 is one of the next unit.
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000
    unit += 1
  }
  const digits = unit && value < 9.95 ? 1 : 0
  const style = { style: 'unit', unit: UNITS[unit], unitDisplay: unit ? 'short' : 'long', maximumFractionDigits: digits } as const
  return new Intl.NumberFormat(locale, style).format(value)
}
