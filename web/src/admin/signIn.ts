import { get, post } from '../api/client'
import type { AdminConfig, LdapServer, OAuthConfig } from '../api/types'
import type { Problems } from '../frame/form.svelte'
import { readAccounts, writeAccounts } from './wire'

/** All ways to sign in, as one page shows them. */
export interface SignIn {
  accounts: AdminConfig
  /** People of a directory may come. */
  ldap: boolean
  directory: LdapServer
  provider: OAuthConfig
}

let kept: SignIn | null = null

export async function read(): Promise<SignIn> {
  const [accounts, ldap, directory, provider] = await Promise.all([
    readAccounts(),
    get('/api/v1/auths/admin/config/ldap'),
    get('/api/v1/auths/admin/config/ldap/server'),
    get('/api/v1/auths/admin/config/oauth'),
  ])
  return (kept = { accounts, ldap: ldap.ENABLE_LDAP, directory, provider })
}

/** Stores what was changed only: a directory that nobody uses need not be complete. How it is reached comes before its switch. */
export async function write(value: SignIn): Promise<SignIn> {
  const changed = (part: keyof SignIn): boolean => JSON.stringify(value[part]) !== JSON.stringify(kept?.[part])
  if (changed('directory')) await post('/api/v1/auths/admin/config/ldap/server', { body: value.directory })
  if (changed('ldap')) await post('/api/v1/auths/admin/config/ldap', { body: { enable_ldap: value.ldap } })
  if (changed('provider')) await post('/api/v1/auths/admin/config/oauth', { body: value.provider })
  if (changed('accounts')) await writeAccounts(value.accounts)
  return read()
}

/** What is said of a field. */
interface Words {
  empty: string
  address: string
  port: string
  filter: string
  seconds: string
}

/** What could never work, by field. */
export function check({ ldap, directory, provider }: SignIn, words: Words): Problems {
  const problems: Problems = {}
  if (ldap) {
    const needed = ['label', 'host', 'search_base', 'attribute_for_mail', 'attribute_for_username'] as const
    for (const name of needed) if (!directory[name]?.trim()) problems[name] = words.empty
    if (directory.enable_group_management && !directory.attribute_for_groups?.trim()) problems.attribute_for_groups = words.empty
    const { port, search_filters: filter = '' } = directory
    if (port != null && !(port >= 1 && port <= 65535)) problems.port = words.port
    if (filter.trim() && !/^\(.*\)$/s.test(filter.trim())) problems.search_filters = words.filter
  }
  if (!provider.ENABLE_OAUTH) return problems
  for (const name of ['OPENID_PROVIDER_URL', 'OPENID_REDIRECT_URI', 'OPENID_END_SESSION_ENDPOINT'] as const) {
    const url = provider[name]?.trim()
    if (url && !/^https?:\/\//.test(url)) problems[name] = words.address
  }
  // Without either there is no provider, and that is fine.
  if (provider.OPENID_PROVIDER_URL?.trim() && !provider.OAUTH_CLIENT_ID?.trim()) problems.OAUTH_CLIENT_ID = words.empty
  if (provider.OAUTH_CLIENT_ID?.trim() && !provider.OPENID_PROVIDER_URL?.trim()) problems.OPENID_PROVIDER_URL = words.empty
  if (!/^\d*$/.test(textOf(provider.OAUTH_TIMEOUT))) problems.OAUTH_TIMEOUT = words.seconds
  return problems
}

/** A value that the document leaves open, as a field holds it. */
export const textOf = (value: unknown): string => (['string', 'number', 'boolean'].includes(typeof value) ? String(value).trim() : '')

/** A JSON list of names as lines, and back. */
export function linesOf(list: string | null | undefined): string {
  try {
    const names: unknown = JSON.parse(list || '[]')
    return Array.isArray(names) ? names.join('\n') : ''
  } catch {
    return ''
  }
}
export const listOf = (lines: string): string => JSON.stringify(lines.split('\n').filter((line) => line.trim()))
