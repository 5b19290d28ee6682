import { expect, it } from 'vitest'
import admin from './admin.en'
import de from './de'
import start from './en'

const en = { ...start, ...admin }

it('says everything in every language, with the same blanks to fill', () => {
  expect(Object.keys(de).sort()).toEqual(Object.keys(en).sort())
  const blanks = (text: string): string[] => (text.match(/\{\w+(?=[|}])/g) ?? []).sort()
  for (const key of Object.keys(en) as (keyof typeof en)[]) expect(blanks(de[key]), key).toEqual(blanks(en[key]))
})
