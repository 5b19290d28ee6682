/** Whether every word that was typed is somewhere in the text. */
export function matches(text: string, query: string): boolean {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const where = text.toLowerCase()
  return words.every((word) => where.includes(word))
}
