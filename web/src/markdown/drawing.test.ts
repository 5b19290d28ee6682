// @vitest-environment node
import { expect, it, vi } from 'vitest'

vi.mock('./frame?worker&url', () => ({ default: '' }))
const { sized } = await import('./drawing')

it('gives a diagram its natural size instead of all the width', () => {
  const svg =
    '<svg id="d" width="100%" style="max-width: 120.5px;" viewBox="-8 -8 120.5 64" role="img"><rect width="10"></rect><text>a</text></svg>'
  const { url, width, height } = sized(svg)
  expect([width, height]).toEqual([121, 64])
  const picture = decodeURIComponent(url.slice(url.indexOf(',') + 1))
  expect(picture).toBe(
    '<svg width="121" height="64" id="d" viewBox="-8 -8 120.5 64" role="img"><rect width="10"></rect><text>a</text></svg>',
  )
})
