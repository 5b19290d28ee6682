// @vitest-environment node
import { expect, it } from 'vitest'
import { highlight } from './highlight'

it('lets no tag of the code through', () => {
  for (const lang of ['html', 'js', 'md', 'php', 'sh']) {
    const html = highlight('<img src=x onerror="alert(1)"> <script>alert(1)</script>', lang) ?? ''
    expect(html.replace(/<\/?span(?: class="[\w\- ]+")?>/g, ''), lang).not.toMatch(/[<>]/)
  }
})

it('knows languages by the names that models give them, and no others', () => {
  for (const lang of ['py', 'ts', 'tsx', 'rs', 'sh', 'yml', 'toml', 'html', 'c++', 'c#', 'jsonc', 'console'])
    expect(highlight('x = 1', lang), lang).not.toBeNull()
  expect(highlight('x', 'klingon')).toBeNull()
})
