import type { Message } from '../api/types'
import { fields, seconds, text, titled, withChildren, type Fields, type Incoming } from './chat'

/** Marks around citations that only their own page can resolve. */
const MARKS = /\ue200[^\ue201]*\ue201|[\ue200-\ue2ff]/g

interface Node {
  message: Fields | null
  parent: string | null
  children: string[]
}

/** A conversation of ChatGPT's `conversations.json`; null for what is none. */
export function readChatGpt(entry: Fields): Incoming | null {
  const mapping = fields(entry.mapping)
  if (!mapping) return null
  const nodes = new Map<string, Node>()
  for (const [id, value] of Object.entries(mapping)) {
    const node = fields(value)
    if (!node) continue
    const children = Array.isArray(node.children) ? node.children.filter((child) => typeof child === 'string') : []
    nodes.set(id, { message: fields(node.message), parent: text(node.parent) || null, children })
  }
  const messages: Record<string, Message> = {}
  /** The message that holds what a node said, or what was said before it. */
  const holder = new Map<string, string | null>()
  for (const id of inOrder(nodes)) {
    const node = nodes.get(id)!
    const above = node.parent ? (holder.get(node.parent) ?? null) : null
    holder.set(id, take(id, node, above, nodes, messages))
  }
  const models = [...new Set(Object.values(messages).flatMap((message) => message.model || []))]
  const [made, changed] = [seconds(entry.create_time), seconds(entry.update_time)]
  return {
    chat: {
      title: titled(entry.title, messages),
      models,
      history: {
        messages: withChildren(messages),
        currentId: holder.get(text(entry.current_node)) ?? Object.keys(messages).at(-1) ?? null,
      },
    },
    archived: entry.is_archived === true,
    ...(made ? { created_at: made } : {}),
    ...(changed ? { updated_at: changed } : {}),
  }
}

/** Parents before children. */
function inOrder(nodes: Map<string, Node>): string[] {
  const seen = new Set<string>()
  const waiting = [...nodes.keys()].filter((id) => !nodes.has(nodes.get(id)!.parent ?? '')).reverse()
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (seen.has(id)) continue
    seen.add(id)
    waiting.push(
      ...nodes
        .get(id)!
        .children.filter((child) => nodes.has(child))
        .reverse(),
    )
  }
  return [...seen]
}

function take(id: string, node: Node, above: string | null, nodes: Map<string, Node>, messages: Record<string, Message>): string | null {
  const role = text(fields(node.message?.author)?.role)
  const content = node.message ? wordsOf(node.message) : ''
  if (!content || (role !== 'user' && role !== 'assistant')) return above
  const before = above ? messages[above] : undefined
  // A reply with steps in between comes in pieces.
  if (before && before.role === 'assistant' && role === 'assistant' && (nodes.get(node.parent ?? '')?.children.length ?? 0) < 2) {
    before.content += `\n\n${content}`
    return before.id
  }
  const model = text(fields(node.message?.metadata)?.model_slug)
  const timestamp = seconds(node.message?.create_time)
  messages[id] = {
    id,
    parentId: above,
    childrenIds: [],
    role,
    content,
    done: true,
    ...(role === 'assistant' && model ? { model } : {}),
    ...(timestamp ? { timestamp } : {}),
  }
  return id
}

/** What a person reads of a message: calls of tools, thoughts and hidden notes are left out. */
function wordsOf(message: Fields): string {
  const content = fields(message.content)
  const recipient = text(message.recipient)
  if (!content || (recipient && recipient !== 'all') || fields(message.metadata)?.is_visually_hidden_from_conversation === true) return ''
  const kind = text(content.content_type)
  if (kind === 'code') return `\`\`\`${text(content.language).replace('unknown', '')}\n${text(content.text)}\n\`\`\``
  if (!['text', 'multimodal_text'].includes(kind) || !Array.isArray(content.parts)) return ''
  const parts = content.parts.map((part: unknown) => {
    const other = fields(part)
    if (!other) return text(part)
    // Pictures are files beside the export.
    return other.content_type === 'image_asset_pointer' ? '🖼' : text(other.text)
  })
  return parts.join('\n').replace(MARKS, '').trim()
}
