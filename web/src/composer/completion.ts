/** Characters that are offered at once. */
const LONGEST = 160
/** With less than this nobody can tell how it goes on. */
const SHORTEST = 3

/** What was said before, as far as it helps. */
export type Said = { role: string; content: string }

/** Whether a text can be completed: a command or a mark of something else is not a text. */
export const completable = (text: string): boolean => text.trim().length >= SHORTEST && !/(?:^|\s)[/#@$]\S*$/.test(text)

/** The text in a model's answer, which is JSON with other words around it. */
export function textIn(answer: unknown): string {
  const { choices } = (answer ?? {}) as { choices?: { message?: { content?: unknown } }[] }
  const content = choices?.[0]?.message?.content
  if (typeof content !== 'string') return ''
  try {
    const { text } = JSON.parse(content.slice(content.indexOf('{'), content.lastIndexOf('}') + 1)) as { text?: unknown }
    return typeof text === 'string' ? text : ''
  } catch {
    return ''
  }
}

/** One line that can stand behind a text: what models repeat of it is left out. */
export function fitted(prompt: string, text: string): string {
  const rest = text.startsWith(prompt.trimEnd()) ? text.slice(prompt.trimEnd().length) : text
  const line = (/\s$/.test(prompt) ? rest.trimStart() : rest).split('\n')[0] ?? ''
  return line.trimEnd().slice(0, LONGEST)
}
