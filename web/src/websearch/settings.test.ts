import { describe, expect, it } from 'vitest'
import { check, fieldsOf, shown } from './settings'

const words = { engine: 'engine', empty: 'empty', count: 'count' }

describe('settings of web search', () => {
  it('are shown as they are stored, and what is missing is empty', () => {
    const web = shown({ WEB_SEARCH_ENGINE: 'brave', BRAVE_SEARCH_API_KEY: 'k', WEB_SEARCH_DOMAIN_FILTER_LIST: ['!a'] })
    expect(web).toMatchObject({ ENABLE_WEB_SEARCH: false, WEB_SEARCH_RESULT_COUNT: 3, WEB_SEARCH_DOMAIN_FILTER_LIST: ['!a'] })
    expect([web.own.BRAVE_SEARCH_API_KEY, web.own.EXA_API_KEY]).toEqual(['k', ''])
  })

  it('ask for what an engine and a loader need, each once', () => {
    const names = (fields: { name: string }[]): string[] => fields.map(({ name }) => name)
    const { engine, loader } = fieldsOf(shown({ WEB_SEARCH_ENGINE: 'tavily', WEB_LOADER_ENGINE: 'tavily' }))
    expect([names(engine), names(loader)]).toEqual([['TAVILY_API_KEY'], []])
    expect(names(fieldsOf(shown({ WEB_LOADER_ENGINE: 'playwright' })).loader)).toEqual(['PLAYWRIGHT_WS_URL'])
    expect(names(fieldsOf(shown({ WEB_LOADER_ENGINE: 'external' })).loader)).toContain('EXTERNAL_WEB_LOADER_URL')
  })

  it('say what keeps a search from working', () => {
    expect(check(shown({}), words)).toEqual({})
    expect(check(shown({ ENABLE_WEB_SEARCH: true }), words)).toEqual({ WEB_SEARCH_ENGINE: 'engine' })
    expect(check(shown({ ENABLE_WEB_SEARCH: true, WEB_SEARCH_ENGINE: 'searxng' }), words)).toEqual({ SEARXNG_QUERY_URL: 'empty' })
    expect(check(shown({ ENABLE_WEB_SEARCH: true, WEB_SEARCH_ENGINE: 'duckduckgo', WEB_SEARCH_RESULT_COUNT: 90 }), words)).toEqual({
      WEB_SEARCH_RESULT_COUNT: 'count',
    })
  })
})
