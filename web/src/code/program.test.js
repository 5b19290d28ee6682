// @vitest-environment node
import vm from 'node:vm'
import { expect, it } from 'vitest'
import program from './program.js?raw'

/** What a piece of code says, up to its end, in a place that has what a worker has. */
function ran(code) {
  return new Promise((resolve) => {
    const said = []
    const heard = {}
    const place = vm.createContext({
      ...{ URL, Blob, performance, setTimeout, clearTimeout, setInterval, clearInterval, console: {} },
      addEventListener: (type, act) => (heard[type] = act),
      postMessage: (message) => (message.kind === 'done' ? resolve(said) : said.push({ ...message })),
    })
    vm.runInContext('self = globalThis', place)
    vm.runInContext(program, place)
    heard.message({ data: code })
  })
}
const texts = async (code) => (await ran(code)).map(({ text }) => text)

it('writes values as consoles do', async () => {
  expect(
    await texts(`
    console.log('a', 1, -0, 2n, null, undefined, true)
    console.log({ a: 'x', 'b-c': [1, , 3] }, new Map([['k', new Set([1])]]))
    console.log([], {}, () => 1, class Ship {}, new Error('leak'), /x/g, new Date(0))
    class Boat { sails = 2 }
    const round = { name: "it's" }
    round.self = round
    console.log(new Boat(), round, new Uint8Array([1, 2]))
    console.log({ get deep() { throw new Error() } })
  `),
  ).toEqual([
    'a 1 -0 2n null undefined true',
    "{ a: 'x', 'b-c': [1, (empty), 3] } Map(1) { 'k' => Set(1) { 1 } }",
    '[] {} [function without a name] [class Ship] Error: leak /x/g 1970-01-01T00:00:00.000Z',
    'Boat { sails: 2 } { name: "it\'s", self: [circular] } Uint8Array(2) [1, 2]',
    '[unreadable]',
  ])
})

it('fills in the marks of a text, and indents groups', async () => {
  expect(await texts(`console.log('%s has %d (%i) of 100%%, %o%c', 'Ada', '3', 4.7, ['x'], 'color: red', 'left')`)).toEqual([
    "Ada has 3 (4) of 100%, ['x'] left",
  ])
  expect(await texts(`console.group('A'); console.log('b\\nc'); console.groupEnd(); console.count(); console.count()`)).toEqual([
    'A',
    '  b\n  c',
    'default: 1',
    'default: 2',
  ])
})

it('says what a script comes to, and where it fails', async () => {
  expect(await ran('const a = 20\na + 22')).toEqual([{ kind: 'value', text: '42' }])
  expect(await ran("'yes'")).toEqual([{ kind: 'value', text: "'yes'" }])
  expect(await ran('let a = 1\n\nnope()')).toEqual([{ kind: 'error', text: 'ReferenceError: nope is not defined', line: 3 }])
  expect((await ran('let = = 1'))[0]).toMatchObject({ kind: 'error', text: expect.stringMatching(/^SyntaxError/) })
  expect(await ran('throw { code: 7 }')).toEqual([{ kind: 'error', text: '{ code: 7 }' }])
})

it('waits for promises and timers, and for nothing that was called off', async () => {
  expect(
    await texts(`
      const pause = (ms) => new Promise((done) => setTimeout(done, ms))
      setTimeout(() => console.log('last'), 30)
      const never = setInterval(() => {}, 1e6)
      await pause(5)
      console.log('first')
      clearInterval(never)
    `),
  ).toEqual(['first', 'last'])
})

it('keeps so much and says that there was more', async () => {
  const said = await ran('for (let i = 0; i < 5000; i++) console.log(i)')
  expect(said.length).toBe(1001)
  expect(said.at(-1)).toEqual({ kind: 'full' })
  expect((await texts(`console.log('x'.repeat(1e6))`))[0].length).toBe(20_001)
  expect((await texts('Array.from({ length: 500 }, (_, i) => i)'))[0]).toMatch(/99,\n {2}… 400 more\n]$/)
})
