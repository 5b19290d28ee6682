import { get, post } from '../api/client'
import { shown, type ImageSettings } from './settings'

export async function read(): Promise<ImageSettings> {
  return shown(await get('/api/v1/images/config'))
}

/** The server takes all settings or none: what the page does not show goes back as it came. */
export async function write({ own, ...rest }: ImageSettings): Promise<ImageSettings> {
  const all = await get('/api/v1/images/config')
  await post('/api/v1/images/config/update', { body: { ...all, ...rest, ...own } })
  return read()
}
