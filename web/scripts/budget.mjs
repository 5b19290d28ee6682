// Checks the weight of what a page loads: gzip bytes of JavaScript, chunks that are imported on the way included.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'

const BUDGETS = [
  { route: 'login', entries: [/^index-/, /^AuthPage-/], limit: 60 },
  { route: 'chat', entries: [/^index-/, /^Shell-/, /^ChatPage-/, /^esm-|^socket/], limit: 200 },
]
// Drawing libraries are loaded by the first diagram only and cut by their makers.
const CHUNK_LIMIT = 150
const DRAWING = /mermaid|cytoscape|elk|katex|architecture|treemap|Diagram|wardley/i

const root = new URL('../dist/assets', import.meta.url).pathname
// The smallest ones are not packed.
const packed = (name) => (name.endsWith('.gz') ? readFileSync(join(root, name)) : gzipSync(readFileSync(join(root, name))))
const files = readdirSync(root).filter((name) => /\.js(\.gz)?$/.test(name))
const chunks = new Map(files.map((name) => [name.replace(/\.gz$/, ''), packed(name)]))
const names = [...chunks.keys()]
const source = new Map([...chunks].map(([name, bytes]) => [name, gunzipSync(bytes).toString()]))
const weight = new Map([...chunks].map(([name, bytes]) => [name, bytes.length / 1024]))

// Static imports only: `import(…)` waits until somebody asks.
const imports = (name) => [...source.get(name).matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g)].map((match) => match[1])

function closure(entries) {
  const seen = new Set(names.filter((name) => entries.some((entry) => entry.test(name))))
  for (const name of seen) for (const next of imports(name)) if (source.has(next)) seen.add(next)
  return seen
}

let failed = 0
for (const { route, entries, limit } of BUDGETS) {
  const total = [...closure(entries)].reduce((sum, name) => sum + weight.get(name), 0)
  const ok = total > 1 && total <= limit
  if (!ok) failed += 1
  console.log(`${ok ? 'ok  ' : 'OVER'} ${route}: ${total.toFixed(1)} KB of ${limit} KB`)
}
for (const [name, size] of weight) {
  if (size > CHUNK_LIMIT && !DRAWING.test(name)) {
    failed += 1
    console.log(`OVER chunk ${name}: ${size.toFixed(1)} KB of ${CHUNK_LIMIT} KB`)
  }
}
process.exit(failed ? 1 : 0)
