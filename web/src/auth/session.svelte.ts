import { ApiError, del, get, getToken, post, setToken, unreached } from '../api/client'
import type { Challenge, PageConfig, Session, SignedIn } from '../api/types'
import { forget, recall, remember } from '../offline/memory'
import { handedOver, leadsTo } from './returned'

let config = $state.raw<PageConfig | null>(null)
let user = $state.raw<Session | null>(null)
let failure = $state<string | null>(null)
let fresh = $state(false)
let recalled = $state(false)
let step = $state.raw<Challenge | { next_step: 'pending' } | null>(null)

export const session = {
  get config(): PageConfig | null {
    return config
  },
  get user(): Session | null {
    return user
  },
  /** Why the page could not start. */
  get failure(): string | null {
    return failure
  },
  /** The first account was made just now: show what is ready. */
  get fresh(): boolean {
    return fresh
  },
  /** The server was not reached: this is what it said last. */
  get recalled(): boolean {
    return recalled
  },
  /** What the sign-in still asks for. */
  get challenge(): Challenge | null {
    return step && 'challenge_token' in step ? step : null
  },
  /** The password was right, but an administrator has to let the person in. */
  get waits(): boolean {
    return user?.role === 'pending' || step?.next_step === 'pending'
  },
  /** Goes on with what a step of the sign-in led to. */
  enter: adopt,
  /** Back to the beginning of the sign-in. */
  giveUp(): void {
    step = null
  },
  endWelcome(): void {
    fresh = false
  },

  /** Reads the page's configuration and the stored session. */
  async start(): Promise<void> {
    failure = null
    const handed = location.pathname === '/auth' ? handedOver(document.cookie) : null
    if (handed) setToken(handed)
    try {
      const page = await get('/api/config')
      document.title = page.name
      if (!page.features.auth && !getToken()) await this.signIn('', '')
      else if (getToken()) await this.refresh()
      // Last: from here on the page is drawn, and it must know who looks at it.
      config = page
      recalled = false
      keep()
    } catch (error) {
      const last = unreached(error) && getToken() ? recall() : null
      if (last) [user, config, recalled] = [last.user, last.config, true]
      else if (!config) failure = error instanceof Error ? error.message : String(error)
    }
  },

  async refresh(): Promise<void> {
    try {
      user = await get('/api/v1/auths/')
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error
      setToken(null)
      user = null
      await forget(false)
    }
  },

  async signIn(email: string, password: string): Promise<void> {
    await adopt(await post('/api/v1/auths/signin', { body: { email, password } }))
  },

  /** With an account of the directory. */
  async signInDirectory(account: string, password: string): Promise<void> {
    await adopt(await post('/api/v1/auths/ldap', { body: { user: account, password } }))
  },

  async signUp(name: string, email: string, password: string): Promise<void> {
    const first = config?.onboarding ?? false
    const made = await post('/api/v1/auths/signup', { body: { name, email, password, profile_image_url: '/user.png' } })
    fresh = first && !('next_step' in made)
    await adopt(made)
    // It is not the first any more, whether let in or not.
    if ('next_step' in made) config = await get('/api/config')
  },

  async signOut(): Promise<void> {
    // Where people are sent to their provider at once, they would be back in a moment.
    let next = config?.oauth?.auto_redirect ? '/auth?left=1' : '/auth'
    try {
      next = leadsTo(await post('/api/v1/auths/signout')) ?? next
    } finally {
      setToken(null)
      user = null
      await forget(true)
      location.href = next
    }
  },

  /** Changes the name and the picture that others see; an empty one takes it away. Other details stay. */
  async introduce(name: string, picture: string): Promise<void> {
    const { bio, gender, date_of_birth } = user ?? {}
    await post('/api/v1/auths/update/profile', { body: { name, profile_image_url: picture || '/user.png', bio, gender, date_of_birth } })
    await this.refresh()
  },

  async deleteKey(): Promise<void> {
    await del('/api/v1/auths/api_key')
  },
}

/** The answer to a sign-in names a picture even for those who have none: who it is, is asked as on every start. */
async function adopt(answer: SignedIn): Promise<void> {
  step = 'next_step' in answer ? answer : null
  if ('next_step' in answer) return
  setToken(answer.token)
  await session.refresh()
  // Whoever is known is told more, and those who wait something else.
  config = await get('/api/config')
  keep()
}

function keep(): void {
  if (config && user) remember({ config, user })
}

// Another tab signed out, or in as somebody else.
addEventListener('storage', (event) => {
  if (event.key === 'token' && localStorage.getItem('token') !== getToken()) location.reload()
})
