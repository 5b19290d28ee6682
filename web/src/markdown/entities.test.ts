// @vitest-environment node
import { expect, it } from 'vitest'
import { decode } from './entities'

it('resolves character references once, and leaves what is none', () => {
  expect(decode('&lt;b&gt; &amp;amp; &#8364; &#x20AC; &hellip;')).toBe('<b> &amp; € € …')
  expect(decode('AT&T; &unknown; ?a=1&b=2')).toBe('AT&T; &unknown; ?a=1&b=2')
  expect(decode('&#0; &#1114112;')).toBe('\ufffd \ufffd')
})
