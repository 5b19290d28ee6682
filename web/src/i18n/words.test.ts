import { expect, it } from 'vitest'
import de from './de'
import start from './en'
import later from './later.en'

const en = { ...start, ...later }

it('says everything in every language, with the same blanks to fill', () => {
  expect(Object.keys(de).sort()).toEqual(Object.keys(en).sort())
  const blanks = (text: string): string[] => (text.match(/\{\w+(?=[|}])/g) ?? []).sort()
  for (const key of Object.keys(en) as (keyof typeof en)[]) expect(blanks(de[key]), key).toEqual(blanks(en[key]))
})
