import { del, get, post } from '../api/client'

/** Something that models are told about a person. Times are seconds. */
export interface Memory {
  id: string
  content: string
  updated_at: number
  created_at: number
}

/** All of a person, the last changed first. */
export async function readMemories(): Promise<Memory[]> {
  const found = await get('/api/v1/memories/')
  return found.sort((one, other) => other.updated_at - one.updated_at || other.created_at - one.created_at)
}
export const addMemory = (content: string): Promise<unknown> => post('/api/v1/memories/add', { body: { content } })
export const changeMemory = (id: string, content: string): Promise<unknown> =>
  post('/api/v1/memories/{memory_id}/update', { path: { memory_id: id }, body: { content } })
export const deleteMemory = (id: string): Promise<unknown> => del('/api/v1/memories/{memory_id}', { path: { memory_id: id } })
export const deleteMemories = (): Promise<unknown> => del('/api/v1/memories/delete/user')

/** Whether models are told them; nobody's are without asking. */
export const readUsed = async (): Promise<boolean> => (await get('/api/v1/users/user/settings'))?.ui?.memory === true

/** What else is set stays as it is. */
export async function writeUsed(memory: boolean): Promise<void> {
  const stored = await get('/api/v1/users/user/settings', { query: { raw: true } })
  await post('/api/v1/users/user/settings/update', { body: { ui: { ...stored?.ui, memory } } })
}
