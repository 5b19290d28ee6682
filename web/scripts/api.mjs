// Writes src/api/schema.d.ts from the server's OpenAPI document, or with --check says whether it is as the document.
//
//     airis openapi | node scripts/api.mjs [--check]
import { readFileSync, writeFileSync } from 'node:fs'
import openapi, { astToString } from 'openapi-typescript'

const MARK = '// Generated from the OpenAPI document of the server: `make api` writes it anew.\n\n'
const target = new URL('../src/api/schema.d.ts', import.meta.url)

const text = readFileSync(0, 'utf8')
if (!text.trim()) throw new Error('no document on the standard input')
const document = JSON.parse(text)
// Ids repeat from area to area; the addresses tell operations apart.
for (const methods of Object.values(document.paths)) for (const operation of Object.values(methods)) delete operation.operationId

// Words are reworded more often than shapes change: they stay in the document.
const wordless = (types) => types.replace(/^ *\/\*\*[\s\S]*?\*\/\n/gm, '')

const written = MARK + wordless(astToString(await openapi(document, { alphabetize: true, emptyObjectsUnknown: true })))
if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== written) {
    console.error('src/api/schema.d.ts is not as the server says; write it anew with: make api')
    process.exit(1)
  }
} else {
  writeFileSync(target, written)
}
