/* Runs JavaScript of a reply in a worker of a frame that belongs to nobody, and says what it prints. The code comes as the
   first message; this file is handed to the worker as text, so it stands alone. */
;(() => {
  const MOST_LINES = 1000
  const LONGEST_LINE = 20_000
  const MOST_SIGNS = 400_000
  /** How deep values are written out, and how many parts of each. */
  const DEEPEST = 4
  const MOST_PARTS = 100
  const WIDTH = 76
  /** What waits for nothing that is counted here gets this long. */
  const REST_MS = 100

  const post = self.postMessage.bind(self)
  const { setTimeout: later, clearTimeout: never, setInterval: often } = self
  const waiting = new Set()
  const counts = new Map()
  const clocks = new Map()
  let lines = 0
  let signs = 0
  let indent = ''
  let full = false
  let busy = true

  function say(kind, text, more = {}) {
    if (full) return
    full = lines >= MOST_LINES || signs >= MOST_SIGNS
    if (full) return post({ kind: 'full' })
    lines += 1
    signs += text.length
    const shown = text.length > LONGEST_LINE ? text.slice(0, LONGEST_LINE) + '…' : text
    post({ kind, text: indent + shown.replaceAll('\n', '\n' + indent), ...more })
  }

  /** A value as consoles write it. */
  function written(value, depth = 0, above = []) {
    try {
      return describe(value, depth, above)
    } catch {
      return '[unreadable]'
    }
  }

  function describe(value, depth, above) {
    if (typeof value === 'string') return depth ? quoted(value) : value
    if (typeof value === 'bigint') return `${value}n`
    if (typeof value === 'function') return `[${/^class\b/.test(String(value)) ? 'class' : 'function'} ${value.name || 'without a name'}]`
    if (value === null || typeof value !== 'object') return Object.is(value, -0) ? '-0' : String(value)
    if (above.includes(value)) return '[circular]'
    if (value instanceof Error) return named(value)
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
    if (value instanceof RegExp) return String(value)
    const name = Object.getPrototypeOf(value)?.constructor?.name ?? ''
    const array = Array.isArray(value)
    if (depth > DEEPEST) return array ? '[…]' : `${name === 'Object' ? '' : name + ' '}{…}`
    const inside = (part) => written(part, depth + 1, [...above, value])
    const list = (open, parts, size, close) => {
      const left = size > MOST_PARTS ? [`… ${size - MOST_PARTS} more`] : []
      return bracketed(open, [...parts.slice(0, MOST_PARTS), ...left], close)
    }
    if (array || ArrayBuffer.isView(value)) {
      const parts = Array.from({ length: Math.min(value.length ?? 0, MOST_PARTS) }, (_, at) =>
        at in value ? inside(value[at]) : '(empty)',
      )
      return list(array ? '[' : `${name}(${value.length ?? value.byteLength}) [`, parts, value.length ?? 0, ']')
    }
    if (value instanceof Map) {
      const parts = [...value].slice(0, MOST_PARTS).map(([key, part]) => `${inside(key)} => ${inside(part)}`)
      return list(`Map(${value.size}) {`, parts, value.size, '}')
    }
    if (value instanceof Set) {
      const parts = [...value].slice(0, MOST_PARTS).map(inside)
      return list(`Set(${value.size}) {`, parts, value.size, '}')
    }
    const keys = Object.keys(value)
    const key = (name) => (/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name) ? name : quoted(name))
    const parts = keys.slice(0, MOST_PARTS).map((name) => `${key(name)}: ${inside(value[name])}`)
    return list(name && name !== 'Object' ? `${name} {` : '{', parts, keys.length, '}')
  }

  function bracketed(open, parts, close) {
    if (!parts.length) return open + close
    const space = close === '}' ? ' ' : ''
    const line = `${open}${space}${parts.join(', ')}${space}${close}`
    if (line.length <= WIDTH && !line.includes('\n')) return line
    return `${open}\n${parts.map((part) => '  ' + part.replaceAll('\n', '\n  ')).join(',\n')}\n${close}`
  }

  const quoted = (text) => (text.includes("'") ? JSON.stringify(text) : `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"')}'`)
  const named = (error) => (error.message ? `${error.name}: ${error.message}` : String(error.name))

  /** What was given to the console, with the marks of its first text filled in. */
  function joined([first, ...rest]) {
    if (typeof first !== 'string') return [first, ...rest].map((one) => written(one, typeof one === 'string' ? 0 : 1)).join(' ')
    const filled = first.replace(/%([sdifoOc%])/g, (mark, kind) => {
      if (kind === '%') return rest.length ? '%' : mark
      if (!rest.length) return mark
      const value = rest.shift()
      if (kind === 'c') return ''
      if (kind === 'd' || kind === 'i') return String(kind === 'i' ? parseInt(value, 10) : Number(value))
      return kind === 'f' ? String(parseFloat(value)) : written(value, kind === 's' ? 0 : 1)
    })
    return [filled, ...rest.map((one) => written(one, typeof one === 'string' ? 0 : 1))].join(' ')
  }

  /** An error with the line of the code that it came from, where the engine says it. */
  function fail(error) {
    const at = /code\.js:(\d+)/.exec(String(error?.stack ?? ''))
    say('error', error instanceof Error ? named(error) : written(error, 1), at ? { line: Number(at[1]) } : {})
  }

  const prints =
    (kind) =>
    (...given) =>
      say(kind, joined(given))
  Object.assign(console, {
    log: prints('out'),
    info: prints('out'),
    debug: prints('out'),
    dir: (value) => say('out', written(value, 1)),
    table: (value) => say('out', written(value, 1)),
    warn: prints('warn'),
    error: prints('error'),
    trace: prints('out'),
    assert: (holds, ...given) => holds || say('error', given.length ? `Assertion failed: ${joined(given)}` : 'Assertion failed'),
    clear: () => undefined,
    group: (...given) => {
      if (given.length) say('out', joined(given))
      indent += '  '
    },
    groupCollapsed: (...given) => console.group(...given),
    groupEnd: () => {
      indent = indent.slice(2)
    },
    count: (name = 'default') => {
      counts.set(name, (counts.get(name) ?? 0) + 1)
      say('out', `${name}: ${counts.get(name)}`)
    },
    countReset: (name = 'default') => void counts.delete(name),
    time: (name = 'default') => void clocks.set(name, performance.now()),
    timeLog: (name = 'default') => say('out', `${name}: ${(performance.now() - (clocks.get(name) ?? performance.now())).toFixed(1)} ms`),
    timeEnd: (name = 'default') => {
      console.timeLog(name)
      clocks.delete(name)
    },
  })

  /** Says that it is over, when nothing is left that could go on. */
  function rest() {
    if (busy || waiting.size) return
    later(() => {
      if (!waiting.size) post({ kind: 'done' })
    }, REST_MS)
  }

  const started = (act, given) => (typeof act === 'function' ? act(...given) : (0, eval)(String(act)))
  self.setTimeout = (act, wait, ...given) => {
    const id = later(() => {
      waiting.delete(id)
      try {
        started(act, given)
      } finally {
        rest()
      }
    }, wait)
    waiting.add(id)
    return id
  }
  self.setInterval = (act, wait, ...given) => {
    const id = often(() => started(act, given), wait)
    waiting.add(id)
    return id
  }
  self.clearTimeout = self.clearInterval = (id) => {
    never(id)
    if (waiting.delete(id)) rest()
  }
  self.close = () => post({ kind: 'done' })
  self.addEventListener('error', (event) => {
    event.preventDefault()
    fail(event.error ?? event.message)
  })
  self.addEventListener('unhandledrejection', (event) => {
    event.preventDefault()
    fail(event.reason)
  })

  const Later = (async () => undefined).constructor
  const reads = (Kind, code) => {
    try {
      new Kind(code)
      return true
    } catch {
      return false
    }
  }
  const NAME = '\n//# sourceURL=code.js'

  /** A script as it is; with `await` outside of functions, or as a module, where it is written so. */
  async function run(code) {
    if (!reads(Function, code)) {
      if (reads(Later, code)) return void (await (0, eval)(`(async () => {${code}\n})()${NAME}`))
      if (/^\s*(import|export)\b/m.test(code))
        return void (await import(URL.createObjectURL(new Blob([code + NAME], { type: 'text/javascript' }))))
    }
    const value = await (0, eval)(code + NAME)
    if (value !== undefined) say('value', written(value, 1))
  }

  self.addEventListener(
    'message',
    ({ data }) => {
      run(String(data))
        .catch(fail)
        .finally(() => {
          busy = false
          rest()
        })
    },
    { once: true },
  )
})()
