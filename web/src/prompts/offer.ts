import type { Prompt } from './wire'

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
