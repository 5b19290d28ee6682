/** What a person is asked before something cannot be taken back. */
export interface Question {
  title: string
  text: string
  /** The word on the button that does it. */
  action: string
  /** Nothing is lost by it. */
  mild?: boolean
}

let asked = $state.raw<(Question & { answer: (yes: boolean) => void }) | null>(null)

/** The open question; null when there is none. */
export const question = (): (Question & { answer: (yes: boolean) => void }) | null => asked

/** Asks, and tells whether the person agreed. A second question answers the first with no. */
export function confirm(next: Question): Promise<boolean> {
  asked?.answer(false)
  return new Promise((resolve) => {
    const answer = (yes: boolean): void => {
      asked = null
      resolve(yes)
    }
    asked = { ...next, answer }
  })
}
