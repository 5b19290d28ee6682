import type { Problems } from '../frame/form.svelte'
import type { Key } from '../i18n/index.svelte'

/** What this page shows of the settings of web search; the server leaves the rest as it is. */
export interface WebSettings {
  ENABLE_WEB_SEARCH: boolean
  ENABLE_WEB_SEARCH_CONFIRMATION: boolean
  WEB_SEARCH_CONFIRMATION_CONTENT: string
  WEB_SEARCH_ENGINE: string
  WEB_SEARCH_RESULT_COUNT: number
  WEB_SEARCH_DOMAIN_FILTER_LIST: string[]
  BYPASS_WEB_SEARCH_EMBEDDING_AND_RETRIEVAL: boolean
  BYPASS_WEB_SEARCH_WEB_LOADER: boolean
  WEB_LOADER_ENGINE: string
  /** What engines and loaders are set up with, by name. */
  own: Record<string, string>
}

export interface Field {
  name: string
  label: Key
  kind: 'text' | 'url' | 'password'
}

/** Something to choose, and what it needs. */
export interface Choice {
  value: string
  name: string
  fields: Field[]
}

const url = (name: string): Field => ({ name, label: 'documents.url', kind: 'url' })
const key = (name: string): Field => ({ name, label: 'documents.key', kind: 'password' })
const text = (name: string, label: Key): Field => ({ name, label, kind: 'text' })
const keyed = (value: string, name: string, of: string): Choice => ({ value, name, fields: [key(of)] })

export const ENGINES: readonly Choice[] = [
  { value: 'searxng', name: 'SearXNG', fields: [url('SEARXNG_QUERY_URL'), text('SEARXNG_LANGUAGE', 'webSearch.language')] },
  { value: 'duckduckgo', name: 'DuckDuckGo', fields: [] },
  keyed('brave', 'Brave', 'BRAVE_SEARCH_API_KEY'),
  keyed('brave_llm_context', 'Brave (LLM context)', 'BRAVE_SEARCH_API_KEY'),
  {
    value: 'google_pse',
    name: 'Google PSE',
    fields: [key('GOOGLE_PSE_API_KEY'), text('GOOGLE_PSE_ENGINE_ID', 'webSearch.engineId')],
  },
  { value: 'bing', name: 'Bing', fields: [url('BING_SEARCH_V7_ENDPOINT'), key('BING_SEARCH_V7_SUBSCRIPTION_KEY')] },
  keyed('tavily', 'Tavily', 'TAVILY_API_KEY'),
  keyed('exa', 'Exa', 'EXA_API_KEY'),
  keyed('kagi', 'Kagi', 'KAGI_SEARCH_API_KEY'),
  keyed('mojeek', 'Mojeek', 'MOJEEK_SEARCH_API_KEY'),
  keyed('serper', 'Serper', 'SERPER_API_KEY'),
  { value: 'serpapi', name: 'SerpApi', fields: [key('SERPAPI_API_KEY'), text('SERPAPI_ENGINE', 'webSearch.engine')] },
  { value: 'searchapi', name: 'SearchApi', fields: [key('SEARCHAPI_API_KEY'), text('SEARCHAPI_ENGINE', 'webSearch.engine')] },
  keyed('serpstack', 'serpstack', 'SERPSTACK_API_KEY'),
  keyed('serply', 'Serply', 'SERPLY_API_KEY'),
  keyed('serphouse', 'SERPHouse', 'SERPHOUSE_API_KEY'),
  { value: 'jina', name: 'Jina', fields: [key('JINA_API_KEY'), url('JINA_API_BASE_URL')] },
  { value: 'perplexity', name: 'Perplexity', fields: [key('PERPLEXITY_API_KEY'), text('PERPLEXITY_MODEL', 'webSearch.model')] },
  { value: 'perplexity_search', name: 'Perplexity Search', fields: [key('PERPLEXITY_API_KEY'), url('PERPLEXITY_SEARCH_API_URL')] },
  keyed('linkup', 'Linkup', 'LINKUP_API_KEY'),
  keyed('youcom', 'You.com', 'YOUCOM_API_KEY'),
  keyed('bocha', 'Bocha', 'BOCHA_SEARCH_API_KEY'),
  { value: 'firecrawl', name: 'Firecrawl', fields: [url('FIRECRAWL_API_BASE_URL'), key('FIRECRAWL_API_KEY')] },
  keyed('ollama_cloud', 'Ollama Cloud', 'OLLAMA_CLOUD_WEB_SEARCH_API_KEY'),
  {
    value: 'yacy',
    name: 'YaCy',
    fields: [url('YACY_QUERY_URL'), text('YACY_USERNAME', 'webSearch.user'), { ...key('YACY_PASSWORD'), label: 'auth.password' }],
  },
  {
    value: 'yandex',
    name: 'Yandex',
    fields: [key('YANDEX_WEB_SEARCH_API_KEY'), url('YANDEX_WEB_SEARCH_URL'), text('YANDEX_WEB_SEARCH_CONFIG', 'reader.params')],
  },
  { value: 'openserp', name: 'OpenSERP', fields: [url('OPENSERP_BASE_URL')] },
  { value: 'external', name: 'HTTP', fields: [url('EXTERNAL_WEB_SEARCH_URL'), key('EXTERNAL_WEB_SEARCH_API_KEY')] },
]

/** Who reads pages; the server itself where none of these does. */
export const LOADERS: readonly Choice[] = [
  { value: 'external', name: 'HTTP', fields: [url('EXTERNAL_WEB_LOADER_URL'), key('EXTERNAL_WEB_LOADER_API_KEY')] },
  { value: 'firecrawl', name: 'Firecrawl', fields: [url('FIRECRAWL_API_BASE_URL'), key('FIRECRAWL_API_KEY')] },
  keyed('tavily', 'Tavily', 'TAVILY_API_KEY'),
  keyed('exa', 'Exa', 'EXA_API_KEY'),
  { value: 'playwright', name: 'Playwright', fields: [text('PLAYWRIGHT_WS_URL', 'documents.url')] },
]

/** What is to be filled in for the choices that were made, each once. */
export function fieldsOf({ WEB_SEARCH_ENGINE: engine, WEB_LOADER_ENGINE: loader }: WebSettings): { engine: Field[]; loader: Field[] } {
  const of = (choices: readonly Choice[], value: string): Field[] => choices.find((choice) => choice.value === value)?.fields ?? []
  const first = of(ENGINES, engine)
  return { engine: first, loader: of(LOADERS, loader).filter(({ name }) => !first.some((field) => field.name === name)) }
}

const NAMES = [...new Set([...ENGINES, ...LOADERS].flatMap(({ fields }) => fields.map(({ name }) => name)))]

/** What the page shows, out of everything. */
export function shown(web: Record<string, unknown>): WebSettings {
  const word = (name: string): string => (typeof web[name] === 'string' ? web[name] : '')
  const is = (name: string): boolean => web[name] === true
  const list = web.WEB_SEARCH_DOMAIN_FILTER_LIST
  return {
    ENABLE_WEB_SEARCH: is('ENABLE_WEB_SEARCH'),
    ENABLE_WEB_SEARCH_CONFIRMATION: is('ENABLE_WEB_SEARCH_CONFIRMATION'),
    WEB_SEARCH_CONFIRMATION_CONTENT: word('WEB_SEARCH_CONFIRMATION_CONTENT'),
    WEB_SEARCH_ENGINE: word('WEB_SEARCH_ENGINE'),
    WEB_SEARCH_RESULT_COUNT: Number(web.WEB_SEARCH_RESULT_COUNT) || 3,
    WEB_SEARCH_DOMAIN_FILTER_LIST: Array.isArray(list) ? list.map(String) : [],
    BYPASS_WEB_SEARCH_EMBEDDING_AND_RETRIEVAL: is('BYPASS_WEB_SEARCH_EMBEDDING_AND_RETRIEVAL'),
    BYPASS_WEB_SEARCH_WEB_LOADER: is('BYPASS_WEB_SEARCH_WEB_LOADER'),
    WEB_LOADER_ENGINE: word('WEB_LOADER_ENGINE'),
    own: Object.fromEntries(NAMES.map((name) => [name, word(name)])),
  }
}

/** What keeps a search from working, by field. */
export function check(web: WebSettings, words: { engine: string; empty: string; count: string }): Problems {
  const problems: Problems = {}
  if (web.WEB_SEARCH_RESULT_COUNT < 1 || web.WEB_SEARCH_RESULT_COUNT > 50) problems.WEB_SEARCH_RESULT_COUNT = words.count
  if (!web.ENABLE_WEB_SEARCH) return problems
  if (!web.WEB_SEARCH_ENGINE) problems.WEB_SEARCH_ENGINE = words.engine
  // The first field is what nothing works without.
  const [needed] = fieldsOf(web).engine
  if (needed && !web.own[needed.name]?.trim()) problems[needed.name] = words.empty
  return problems
}
