// Leaves the service worker as sw.js beside the page, under the list of what the client needs to open without a network.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

const web = new URL('..', import.meta.url).pathname
const publicFiles = readdirSync(join(web, 'public'), { recursive: true })
  .map((name) => join(web, 'public', name))
  .filter((file) => statSync(file).isFile())

export const worker = () => ({
  name: 'worker',
  apply: 'build',
  enforce: 'post',
  generateBundle(_, bundle) {
    const hash = createHash('sha256')
    const source = readFileSync(join(web, 'src/offline/worker.js'), 'utf8')
    const page = bundle['index.html']
    if (!page) this.error('the page must be built before its worker')
    hash.update(source).update(page.source)
    for (const file of publicFiles) hash.update(readFileSync(file))
    const named = publicFiles.map((file) => file.slice(join(web, 'public').length))
    const files = ['/', ...named.sort(), ...[...closure(bundle)].sort().map((name) => `/${name}`)]
    const version = hash.update(files.join()).digest('hex').slice(0, 12)
    const head = `const VERSION = ${JSON.stringify(version)}\nconst FILES = ${JSON.stringify(files)}\n`
    this.emitFile({ type: 'asset', fileName: 'sw.js', source: head + source })
  },
})

/** The page's scripts, and what they load later. Libraries that are loaded on demand are kept when they are first used. */
function closure(bundle) {
  const seen = new Set(Object.keys(bundle).filter((name) => bundle[name].isEntry))
  const files = new Set()
  for (const name of seen) {
    const chunk = bundle[name]
    if (chunk?.type !== 'chunk') continue
    files.add(name)
    for (const style of chunk.viteMetadata?.importedCss ?? []) files.add(style)
    for (const next of chunk.imports) seen.add(next)
    for (const next of chunk.dynamicImports) if (!bundle[next]?.facadeModuleId?.includes('/node_modules/')) seen.add(next)
  }
  return files
}
