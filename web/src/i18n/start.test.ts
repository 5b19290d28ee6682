import { expect, it } from 'vitest'
import all from './en'
import start from './start.en'

const SOURCES: Record<string, string> = import.meta.glob('../**/*.{ts,svelte}', { query: '?raw', import: 'default', eager: true })
const IMPORT = /(?:import|export)\s+(?!type\b)(?:[^'"]*?from\s+)?['"](\.[^'"]+)['"]/g

/** The source that `name` means in `from`, as this folder calls it. */
function found(from: string, name: string): string | undefined {
  const path = new URL(name, new URL(from, 'file:///src/i18n/')).pathname.replace('/src/', '../')
  return ['.ts', '/index.ts', '.svelte.ts', ''].map((ending) => path + ending).find((file) => file in SOURCES)
}

/** Every source that is loaded before anybody is signed in. */
function door(): Set<string> {
  const seen = new Set(['../main.ts', '../auth/AuthPage.svelte'])
  for (const file of seen) {
    for (const [, name = ''] of (SOURCES[file] ?? '').matchAll(IMPORT)) {
      const next = found(file, name)
      if (next && !next.includes('/i18n/')) seen.add(next)
    }
  }
  return seen
}

it('has every word that the door shows', () => {
  const files = [...door()]
  expect(files.length).toBeGreaterThan(20)
  const said = files.flatMap((file) => [...(SOURCES[file] ?? '').matchAll(/['"`](\w+\.\w[\w.]*)['"`]/g)].map(([, key = '']) => key))
  expect(said.filter((key) => key in all && !(key in start))).toEqual([])
})
