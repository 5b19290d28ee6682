/** A command made of a name: small letters and digits with dashes between them, as it is typed behind a slash. */
export const commandOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/ß/g, 'ss')
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '')

/** What was typed as a command, without what it cannot hold. */
export const typedCommand = (text: string): string => text.replace(/^\/+/, '').replace(/\s+/g, '-')
