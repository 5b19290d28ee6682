import type { TaskConfig } from '../api/types'
import { textsOf, valuesOf } from '../models/draft'
import { readTasks, writeTasks } from './wire'

/** The settings of tasks; the parameters of their models are fields there. */
export type TaskPage = TaskConfig & { params: Record<string, string> }

export const pageOf = (config: TaskConfig): TaskPage => ({ ...config, params: textsOf(config.TASK_MODEL_PARAMS ?? {}) })

/** What is stored for a page; parameters without a field stay as they were. */
export function configOf({ params, ...config }: TaskPage): TaskConfig {
  const kept = config.TASK_MODEL_PARAMS ?? {}
  return { ...config, TASK_MODEL_PARAMS: valuesOf(params, kept, typeof kept.system === 'string' ? kept.system : '') }
}

export const readPage = async (): Promise<TaskPage> => pageOf(await readTasks())
export const writePage = async (page: TaskPage): Promise<TaskPage> => pageOf(await writeTasks(configOf(page)))
