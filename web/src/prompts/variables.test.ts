import { expect, it } from 'vitest'
import { blanks, fill, wantsClipboard } from './variables'

it('asks for each blank once, in order, and not for what is known', () => {
  const found = blanks('{{USER_NAME}} translates {{ text }} to {{language}}; {{text}} on {{CURRENT_DATE}}')
  expect(found.map((blank) => blank.name)).toEqual(['text', 'language'])
  expect(found[0]).toMatchObject({ type: 'text', required: false, value: '', label: 'text' })
})

it('reads types, choices, defaults and demands', () => {
  const [priority, notes, count, done] = blanks(
    '{{priority | select:options=["High: now","Low"]:default="Low":required}}' +
      '{{long_notes|textarea:placeholder="What: exactly?"}}{{count | number:min=1:max=10:step=2:default=5}}{{done | checkbox:label="All done"}}',
  )
  expect(priority).toMatchObject({ type: 'select', options: ['High: now', 'Low'], value: 'Low', required: true })
  expect(notes).toMatchObject({ name: 'long_notes', type: 'textarea', label: 'long notes', placeholder: 'What: exactly?' })
  expect(count).toMatchObject({ type: 'number', min: '1', max: '10', step: '2', value: '5' })
  expect(done).toMatchObject({ type: 'checkbox', label: 'All done' })
})

it('asks in a line of text for what it does not know', () => {
  expect(blanks('{{where | map}}{{which | select}}').map((blank) => blank.type)).toEqual(['text', 'text'])
})

it('takes the definition that stands at a later mention', () => {
  expect(blanks('{{text}} {{text | textarea}}')).toMatchObject([{ name: 'text', type: 'textarea' }])
})

it('fills every mention and leaves what it has no value for', () => {
  const content = 'Say {{word | text:default="a"}} and {{ word }} to {{other}}; {"json": {"a": 1}}'
  expect(fill(content, { word: '$& {{other}}' })).toBe('Say $& {{other}} and $& {{other}} to {{other}}; {"json": {"a": 1}}')
})

it('sees whether the clipboard is wanted', () => {
  expect(wantsClipboard('Fix {{CLIPBOARD}}')).toBe(true)
  expect(wantsClipboard('Fix CLIPBOARD')).toBe(false)
})
