import type { Envelope, Message, OutputItem } from '../api/types'
import type { Attached } from '../files/attached'
import type { Source } from '../sources/sources'

interface Completion {
  type?: string
  item_id?: string
  output_index?: number
  delta?: string
  item?: OutputItem
  output?: OutputItem[]
  done?: boolean
  usage?: Record<string, unknown>
  error?: unknown
  selected_model_id?: string
  sources?: Source[]
}

/** Text of all message items, a line each. */
export const textOf = (output: OutputItem[]): string =>
  output
    .filter((item) => item.type === 'message')
    .map((item) => item.content?.[0]?.text ?? '')
    .join('\n')

/** Applies one event to a reply in place; true when something visible changed. */
export function apply(message: Message, event: Envelope): boolean {
  const data = (event.data.data ?? {}) as Completion
  switch (event.data.type) {
    case 'response:completion':
      return applyResponse(message, data)
    case 'chat:completion':
      if (data.output) message.output = data.output
      if (data.usage) message.usage = data.usage
      if (data.selected_model_id) message.selectedModelId = data.selected_model_id
      if (data.error) message.error = { content: data.error }
      if (data.sources) message.sources = data.sources
      if (data.done) message.done = true
      if (data.output) message.content = textOf(data.output)
      return Boolean(data.output || data.done || data.error || data.sources)
    case 'chat:message:error':
      message.error = (event.data.data as { error: { content: unknown } }).error
      message.done = true
      return true
    case 'files':
    case 'chat:message:files':
      message.files = (event.data.data as { files?: Attached[] }).files ?? []
      return true
    case 'chat:message:follow_ups':
      message.followUps = (event.data.data as { follow_ups: string[] }).follow_ups
      return true
    case 'status':
      message.statusHistory = [...(message.statusHistory ?? []), event.data.data as { description?: string }]
      return true
    case 'chat:tasks:cancel':
      if (data.output) message.output = data.output
      message.done = true
      return true
    default:
      return false
  }
}

function applyResponse(message: Message, data: Completion): boolean {
  const place = data.output_index
  if (place === undefined) return false
  // Assigned, then read: what is read back from reactive state is what the page watches.
  if (!message.output) message.output = []
  const output = message.output
  if (data.type === 'response.output_item.added' || data.type === 'response.output_item.done') {
    if (data.item && place <= output.length) output[place] = data.item
    return true
  }
  if (data.type === 'response.function_call_arguments.delta') {
    const item = output[place]
    if (item) item.arguments = (item.arguments ?? '') + (data.delta ?? '')
    return true
  }
  if (data.type === 'response.output_text.delta' || data.type === 'response.reasoning_text.delta') {
    if (!output[place]) {
      const type = data.type === 'response.output_text.delta' ? 'message' : 'reasoning'
      output[place] = { type, id: data.item_id ?? '', status: 'in_progress', content: [] }
    }
    const item = output[place]
    if (!item) return false
    const part = item.content?.[0]
    if (part) part.text += data.delta ?? ''
    else item.content = [{ type: 'output_text', text: data.delta ?? '' }]
    return true
  }
  return false
}
