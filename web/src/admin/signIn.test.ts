import { beforeEach, expect, it, vi } from 'vitest'

const sent: [string, unknown][] = []
const stored: Record<string, object> = {
  '/api/v1/auths/admin/config': { ENABLE_LOGIN_FORM: true },
  '/api/v1/auths/admin/config/ldap': { ENABLE_LDAP: false },
  '/api/v1/auths/admin/config/ldap/server': { label: 'LDAP', host: '', search_base: '' },
  '/api/v1/auths/admin/config/oauth': { ENABLE_OAUTH: true, OAUTH_CLIENT_ID: '' },
}
vi.mock('../api/client', () => ({
  get: async (path: string) => structuredClone(stored[path]),
  post: async (path: string, { body }: { body: unknown }) => void sent.push([path, body]),
}))
const { check, linesOf, listOf, read, write } = await import('./signIn')
const WORDS = { empty: 'empty', address: 'address', port: 'port', filter: 'filter', seconds: 'seconds' }
beforeEach(() => void sent.splice(0))

it('stores what was changed only, and a directory before it is used', async () => {
  const page = await read()
  await write(structuredClone(page))
  expect(sent).toEqual([])
  await write({ ...page, ldap: true, directory: { ...page.directory, host: 'ldap.example.com' } })
  expect(sent.map(([path]) => path)).toEqual(['/api/v1/auths/admin/config/ldap/server', '/api/v1/auths/admin/config/ldap'])
  expect(sent[1]?.[1]).toEqual({ enable_ldap: true })
})

it('minds a directory only when it is used', async () => {
  const page = await read()
  expect(check(page, WORDS)).toEqual({})
  const attributes = { attribute_for_mail: 'mail', attribute_for_username: 'uid' }
  const used = { ...page, ldap: true, directory: { ...page.directory, ...attributes, port: 70_000, search_filters: 'uid=*' } }
  expect(check(used, WORDS)).toEqual({ host: 'empty', search_base: 'empty', port: 'port', search_filters: 'filter' })
})

it('wants address and id of a provider together, and whole seconds', async () => {
  const { provider, ...rest } = await read()
  const found = (change: object): object => check({ ...rest, provider: { ...provider, ...change } }, WORDS)
  expect(found({ OAUTH_CLIENT_ID: 'airis' })).toEqual({ OPENID_PROVIDER_URL: 'empty' })
  expect(found({ OPENID_PROVIDER_URL: 'https://id.example.com', OAUTH_TIMEOUT: '1.5' })).toEqual({
    OAUTH_CLIENT_ID: 'empty',
    OAUTH_TIMEOUT: 'seconds',
  })
  expect(found({ OPENID_PROVIDER_URL: 'id', OAUTH_CLIENT_ID: 'airis', OAUTH_TIMEOUT: 10 })).toEqual({ OPENID_PROVIDER_URL: 'address' })
  expect(found({ ENABLE_OAUTH: false, OAUTH_CLIENT_ID: 'airis' })).toEqual({})
})

it('shows a list of names as lines', () => {
  expect(linesOf('["a","cn=b,dc=c"]')).toBe('a\ncn=b,dc=c')
  expect(listOf('a\n\ncn=b,dc=c\n')).toBe('["a","cn=b,dc=c"]')
  for (const none of ['', null, undefined, 'nonsense', '{}']) expect(linesOf(none)).toBe('')
})
