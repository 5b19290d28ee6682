/** What a thrown value says to a person. */
export const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error))
