import type { Prompt } from './wire'

/** A command that is being typed: from its slash at `start` to the caret. */
export interface Typed {
  start: number
  query: string
}

/** The command before the caret. A slash within a word, or a path, begins none. */
export function typedAt(text: string, caret: number): Typed | null {
  const found = /(?:^|\s)\/([^\s/]*)$/.exec(text.slice(0, caret))
  return found ? { start: caret - (found[1]?.length ?? 0) - 1, query: found[1] ?? '' } : null
}

/** Prompts that are meant by what was typed; those whose command begins so come first. */
export function offered(list: Prompt[], query: string): Prompt[] {
  const typed = query.toLowerCase()
  const rank = ({ command, name }: Prompt): number => {
    const called = command.toLowerCase()
    if (called === typed) return 0
    if (called.startsWith(typed)) return 1
    if (called.includes(typed)) return 2
    return name.toLowerCase().includes(typed) ? 3 : 4
  }
  return list
    .map((prompt) => ({ prompt, at: rank(prompt) }))
    .filter(({ at }) => at < 4)
    .sort((one, other) => one.at - other.at || one.prompt.command.localeCompare(other.prompt.command))
    .map(({ prompt }) => prompt)
}
