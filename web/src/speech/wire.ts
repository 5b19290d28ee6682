import { get, post } from '../api/client'
import type { Answer } from '../api/contract'
import { filled, shown, type AudioSettings } from './settings'

type Stored = Answer<'get', '/api/v1/audio/config'>

export async function read(): Promise<AudioSettings> {
  return shown({ ...(await get('/api/v1/audio/config')) })
}

/** The server takes all settings or none: what the page does not show goes back as it came. */
export async function write(settings: AudioSettings): Promise<AudioSettings> {
  const all = filled({ ...(await get('/api/v1/audio/config')) }, settings)
  return shown({ ...(await post('/api/v1/audio/config/update', { body: all as unknown as Stored })) })
}

/** Voices of the service that is stored; none where it does not say. */
export async function voices(): Promise<string[]> {
  const { voices } = await get('/api/v1/audio/voices').catch(() => ({ voices: [] }))
  return voices.map(({ id }) => id)
}
