import { usable, type Prompt } from './wire'

let list = $state.raw<Prompt[] | null>(null)

/** Prompts that the person may use, read when the first slash is typed. */
export const prompts = {
  /** Null until they were read. */
  get list(): Prompt[] | null {
    return list
  },
  async refresh(): Promise<void> {
    try {
      list = await usable()
    } catch {
      // A slash is then what it is without prompts: a sign.
    }
  },
  /** They changed: the next slash reads them again. */
  forget(): void {
    list = null
  },
}
