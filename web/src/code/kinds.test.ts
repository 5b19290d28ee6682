// @vitest-environment node
import { expect, it, vi } from 'vitest'

const session: { config: object | null } = { config: null }
vi.mock('../auth/session.svelte', () => ({ session }))
const { runnerOf, sightOf, titleOf } = await import('./kinds')

it('shows pages and drawings, and whole ones whatever they are called', () => {
  expect(sightOf('html', '<p>Hi')).toBe('html')
  expect(sightOf('svg', '<svg viewBox="0 0 1 1"/>')).toBe('svg')
  expect(sightOf('xml', '<?xml version="1.0"?>\n<!-- by hand -->\n<svg xmlns="http://www.w3.org/2000/svg"/>')).toBe('svg')
  expect(sightOf('', '\n<!DOCTYPE html>\n<html></html>')).toBe('html')
  expect(sightOf('text', '<html lang="en">')).toBe('html')
  expect(sightOf('html', '<!-- a\nb --><svg></svg>')).toBe('svg')
})

it('shows nothing of what is neither', () => {
  expect(sightOf('html', '  \n')).toBeNull()
  expect(sightOf('xml', '<feed></feed>')).toBeNull()
  expect(sightOf('', 'Write <html> first')).toBeNull()
  expect(sightOf('js', '<!doctype html>')).toBeNull()
  expect(sightOf('svg', 'no drawing')).toBeNull()
})

it('runs what an administrator lets people run, Python on a server only', () => {
  expect(runnerOf('js')).toBeNull()
  session.config = { features: { enable_code_execution: true }, code: { engine: 'pyodide' } }
  expect(['js', 'javascript', 'python', 'ruby', 'constructor'].map(runnerOf)).toEqual(['javascript', 'javascript', null, null, null])
  session.config = { features: { enable_code_execution: true }, code: { engine: 'jupyter' } }
  expect(['py', 'python', 'python3'].map(runnerOf)).toEqual(['python', 'python', 'python'])
  session.config = { features: { enable_code_execution: false }, code: { engine: 'jupyter' } }
  expect(['py', 'js'].map(runnerOf)).toEqual([null, null])
})

it('finds what a page calls itself', () => {
  expect(titleOf('<title lang="en">\n Salt &amp; pepper\n</title>')).toBe('Salt & pepper')
  expect(titleOf('<h1>none</h1>')).toBe('')
})
