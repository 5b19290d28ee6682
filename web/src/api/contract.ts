import type { paths } from './schema'
import type { Tree } from '../groups/permissions'
import type { Embedding } from '../admin/documents'
import type { Grant } from '../share/grants'
import type {
  AdminConfig,
  Begun,
  Chat,
  ChatSummary,
  Folder,
  Group,
  LdapServer,
  Model,
  OllamaConfig,
  OllamaModel,
  OpenAiConfig,
  PageConfig,
  SharedFolder,
  SignedIn,
  Verified,
  Shown,
  TaskConfig,
} from './types'

/** What may be asked, and what comes back: read from the server's document at compile time, nothing of it is in the build. */

export type Method = 'get' | 'post' | 'patch' | 'delete'

/** Addresses that know a method. */
export type PathOf<M extends Method> = { [P in keyof paths]: paths[P] extends Record<M, object> ? P : never }[keyof paths]

type Operation<M extends Method, P extends PathOf<M>> = paths[P][M]

type InPath<O> = O extends { parameters: { path: infer T } } ? { path: T } : { path?: never }
type InQuery<O> = O extends { parameters: { query?: infer T } } ? { query?: NonNullable<T> } : { query?: never }
type InBody<O> = O extends { requestBody: { content: { 'application/json': infer T } } }
  ? { body: T }
  : O extends { requestBody?: { content: { 'application/json': infer T } } }
    ? { body?: T }
    : { body?: never }

/** What belongs to a request; `signal` ends it. Told address by address: of several the compiler would combine each part with each. */
export type Asked<M extends Method, P extends PathOf<M>> =
  P extends PathOf<M> ? InPath<Operation<M, P>> & InQuery<Operation<M, P>> & InBody<Operation<M, P>> & { signal?: AbortSignal } : never

type Documented<O> = O extends { responses: { 200: { content: { 'application/json': infer T } } } } ? T : unknown

/** What a request answers. */
export type Answer<M extends Method, P extends PathOf<M>> = `${M} ${P}` extends keyof Open ? Open[`${M} ${P}`] : Documented<Operation<M, P>>

/** Nothing has to be given where nothing is required. */
export type Options<M extends Method, P extends PathOf<M>> = object extends Asked<M, P> ? [asked?: Asked<M, P>] : [asked: Asked<M, P>]

/** Answers that the document leaves open or half open. */
interface Open {
  'get /api/config': PageConfig
  'get /api/models': { data: Model[] }
  'get /api/models/base': { data: { id: string; name: string }[] }
  'post /api/v1/auths/ldap': SignedIn
  'post /api/v1/auths/signin': SignedIn
  'post /api/v1/auths/signup': SignedIn
  'get /api/v1/audio/voices': { voices: { id: string; name: string }[] }
  'get /api/v1/auths/admin/config': AdminConfig
  'post /api/v1/auths/admin/config': AdminConfig
  'get /api/v1/auths/admin/config/ldap': { ENABLE_LDAP: boolean }
  'post /api/v1/auths/admin/config/ldap': { ENABLE_LDAP: boolean }
  'post /api/v1/auths/admin/config/ldap/server': LdapServer
  'get /api/v1/auths/admin/details': { name: string | null; email: string | null }
  'get /api/v1/chats/{id}': Chat
  'get /api/v1/chats/share/{share_id}': Shown
  'get /api/v1/chats/shared/{id}/access': Grant[]
  'post /api/v1/chats/{id}/clone/shared': Chat
  'post /api/v1/folders/': Folder
  'get /api/v1/folders/shared': SharedFolder[]
  'get /api/v1/folders/{id}/shared/chats': { chats: ChatSummary[] }
  'post /api/v1/folders/{id}/access/update': { access_grants: Grant[] }
  'get /api/v1/groups/': Group[]
  'get /api/v1/groups/id/{id}': Group
  'post /api/v1/groups/create': Group
  'post /api/v1/groups/id/{id}/update': Group
  'get /api/v1/users/{user_id}/preview': { models: { items: { id: string; name: string }[] } }
  'get /api/v1/users/default/permissions': Tree
  'get /api/v1/users/default/permissions/defaults': Tree
  'post /api/v1/users/default/permissions': Tree
  'post /api/chat/completions': Begun
  'post /api/v1/utils/code/execute': { stdout?: string; stderr?: string; result?: string }
  'get /api/v1/prompts/id/{prompt_id}/history/diff': { content_diff: string[] }
  'get /api/v1/tasks/config': TaskConfig
  'post /api/v1/tasks/config/update': TaskConfig
  'get /api/v1/retrieval/config': Record<string, unknown>
  'get /api/v1/retrieval/embedding': Embedding
  'get /openai/config': OpenAiConfig
  'post /openai/config/update': OpenAiConfig
  'post /openai/verify': Verified
  'get /ollama/config': OllamaConfig
  'post /ollama/config/update': OllamaConfig
  'get /ollama/api/tags/{url_idx}': { models?: OllamaModel[] | null }
}
