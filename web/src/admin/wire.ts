import { get, getFile, post } from '../api/client'
import type { AdminConfig, Banner, CodeConfig, ConnectionsConfig, ModelsConfig, TaskConfig } from '../api/types'
import type { Suggestion } from '../models/stored'

export const readAccounts = (): Promise<AdminConfig> => get('/api/v1/auths/admin/config')
export const writeAccounts = (body: AdminConfig): Promise<AdminConfig> => post('/api/v1/auths/admin/config', { body })

export const readCode = (): Promise<CodeConfig> => get('/api/v1/configs/code_execution')
export const writeCode = (body: CodeConfig): Promise<CodeConfig> => post('/api/v1/configs/code_execution', { body })

export const readSwitches = (): Promise<ConnectionsConfig> => get('/api/v1/configs/connections')
export const writeSwitches = (body: ConnectionsConfig): Promise<ConnectionsConfig> => post('/api/v1/configs/connections', { body })

export const readTasks = (): Promise<TaskConfig> => get('/api/v1/tasks/config')
export const writeTasks = (body: TaskConfig): Promise<TaskConfig> => post('/api/v1/tasks/config/update', { body })

export const readModels = (): Promise<ModelsConfig> => get('/api/v1/configs/models')
export const writeModels = (body: ModelsConfig): Promise<ModelsConfig> => post('/api/v1/configs/models', { body })

export const readBanners = (): Promise<Banner[]> => get('/api/v1/configs/banners')
export const writeBanners = (banners: Banner[]): Promise<Banner[]> => post('/api/v1/configs/banners', { body: { banners } })

/** Questions to begin with, as the page is told of them: they have no address of their own to be read from. */
export async function readStarters(): Promise<{ list: Required<Suggestion>[]; i18n: Record<string, unknown> }> {
  const page = await get('/api/config')
  const list = (page.default_prompt_suggestions ?? []).map(({ content, title = [] }) => ({ content, title }))
  return { list, i18n: page.default_prompt_suggestions_i18n ?? {} }
}
export const writeStarters = (suggestions: Required<Suggestion>[], i18n: Record<string, unknown>): Promise<unknown> =>
  post('/api/v1/configs/suggestions', { body: { suggestions, i18n } })

/** Every setting by its key. */
export const readSettings = (): Promise<Record<string, unknown>> => get('/api/v1/configs/export')
/** Takes over the named settings; others stay. */
export const takeSettings = (config: Record<string, unknown>): Promise<unknown> => post('/api/v1/configs/import', { body: { config } })

export const readDatabase = (): Promise<Blob> => getFile('/api/v1/utils/db/download')
export const readEverybodysChats = (): Promise<Blob> => getFile('/api/v1/chats/all/db')
