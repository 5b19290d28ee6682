/** Characters that are asked for at once at most; services refuse longer texts. */
const LONGEST = 3_000
/** Sentences shorter than this are read with the next: each piece is a request, and takes a breath. */
const SHORT = 80

/** Where replies are cut to be read piece by piece. */
export type Cut = 'punctuation' | 'paragraphs' | 'none'

/** The words of a text in Markdown, without its signs; code is not read. */
export function plain(markdown: string): string {
  return markdown
    .replace(/^(`{3,}|~{3,})[^\n]*\n[\s\S]*?(?:^\1[^\n]*$|(?![\s\S]))/gm, '\n')
    .replace(/<details[\s\S]*?<\/details>/g, '\n')
    .replace(/\$\$[\s\S]*?\$\$/g, ' ')
    .replace(/!\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\[([^\]]+)\]\([^)]*\)/g, '$1')
    .replace(/\[\d+(?:,\s*\d+)*\]/g, '')
    .replace(/^\s*\|?(?:\s*:?-{3,}:?\s*\|?)+\s*$/gm, '')
    .replace(/^\s{0,3}(?:#{1,6}|>|[-*+])\s+/gm, '')
    .replace(/[|]/g, ' ')
    .replace(/<\/?[a-z][^>\n]*>/gi, '')
    .replace(/(\*\*|__|~~|`)/g, '')
    .replace(/(^|\s)[*_](\S[^*_\n]*)[*_](?=\W|$)/g, '$1$2')
    .replace(/[ \t]+/g, ' ')
    .replace(/\s*\n\s*/g, '\n')
    .trim()
}

/** Pieces of at most `LONGEST` characters, cut between words where there are some. */
function shortened(text: string): string[] {
  if (text.length <= LONGEST) return [text]
  const space = text.lastIndexOf(' ', LONGEST)
  const end = space > 0 ? space : LONGEST
  return [text.slice(0, end), ...shortened(text.slice(end).trim())]
}

/** What is read one after the other: the first piece is short, so that the voice is there soon. */
export function pieces(markdown: string, cut: string): string[] {
  const text = plain(markdown)
  if (!text) return []
  if (cut === 'none') return shortened(text)
  const found = text.split(cut === 'paragraphs' ? /\n+/ : /(?<=[.!?…:])\s+|(?<=[。！？])|\n+/).filter((part) => /[\p{L}\p{N}]/u.test(part))
  const joined: string[] = []
  for (const part of found) {
    const last = joined.at(-1)
    if (cut === 'punctuation' && last !== undefined && joined.length > 1 && last.length < SHORT)
      joined[joined.length - 1] = `${last} ${part}`
    else joined.push(part)
  }
  return joined.flatMap(shortened)
}
