import { ApiError, del, get, post, unreached } from '../api/client'
import type { Folder, Message, OutputItem } from '../api/types'
import { go } from '../app/router.svelte'
import { session } from '../auth/session.svelte'
import { moveDraft } from '../composer/drafts'
import { Controls } from '../controls/controls.svelte'
import { documents, type Attached } from '../files/attached'
import { t } from '../i18n/index.svelte'
import { dropChat, keepChat, KEPT_MESSAGES, keptChat } from '../offline/kept'
import { paint } from '../painting/paint.svelte'
import { ask, onConnect, socketId } from '../realtime/socket.svelte'
import { readShown } from '../share/links'
import { approval, resolveCall } from '../tools/approval.svelte'
import { tools } from '../tools/tools.svelte'
import { web } from '../websearch/web.svelte'
import { reason } from '../ui/words'
import { Arrivals } from './arrivals'
import { emptyReply, personal, said, seconds, tasks, variables } from './request'
import { adopt, branch, leafOf, siblings, type Messages } from './tree'

/** Messages read at once of a long chat. */
const PART = 40
/** The server gives no longer part. */
const LONGEST_PART = 1000

/** One open conversation: its tree, and the replies that arrive in it. */
export class Conversation {
  id = $state<string | null>(null)
  title = $state('')
  messages = $state<Messages>({})
  leaf = $state<string | null>(null)
  temporary = $state(false)
  loading = $state(false)
  failure = $state<string | null>(null)
  /** There is no such chat for this person. */
  missing = $state(false)
  /** Something may be said in it. */
  writable = $state(true)
  /** It is somebody else's, who shared the folder it is in: it is read, and nothing else. */
  guest = $state(false)
  /** What is stored is known: only then something can be said below it. */
  opened = $state(true)
  /** When the copy was made that is shown while the server is away: milliseconds. */
  keptAt = $state<number | null>(null)
  /** Where a new chat goes. */
  folder = $state.raw<Folder | null>(null)
  /** What is set for this chat alone. */
  readonly controls: Controls
  /** What is stored as attached to it, but for pictures. */
  files = $state.raw<Attached[]>([])
  /** Nothing is stored before the first message that is here. */
  #top = $state(false)
  /** Other branches may be stored of which only the first message is here. */
  #pruned = false
  /** What was said here, and whether the server has it: what is read may be older. */
  #said = new Map<string, boolean>()
  visible = $derived(branch(this.messages, this.leaf))
  /** Of a long chat only the end is here; what comes before it is read when it is looked for. */
  partial = $derived(!this.temporary && Boolean(this.visible[0]?.parentId) && !this.#top)
  running = $derived(Object.values(this.messages).some((message) => message.role === 'assistant' && message.done === false))

  /** It is stored as a chat of one's own. */
  get stored(): boolean {
    return this.id !== null && !this.temporary && this.#link === null && !this.guest
  }

  /** Counts the conversations shown here: an answer for an earlier one comes too late. */
  #epoch = 0
  #arrivals = new Arrivals(this)
  #stop: () => void

  /** Of somebody else's chat, what the link to it ends with. */
  #link: string | null

  constructor(link: string | null = null) {
    this.#link = link
    this.controls = new Controls(link === null)
    this.#stop = onConnect(() => void this.again())
  }

  destroy(): void {
    this.#leave()
    void this.controls.store()
    this.#stop()
    this.#arrivals.destroy()
  }

  /** Opens a stored chat. */
  async open(id: string): Promise<void> {
    if (id === this.id) return
    this.reset()
    this.id = id
    this.controls.begin(id)
    this.opened = false
    await this.again()
  }

  /** An empty conversation. */
  reset(): void {
    this.#leave()
    this.id = null
    this.title = ''
    this.messages = {}
    this.leaf = null
    this.temporary = false
    this.failure = null
    this.missing = false
    this.guest = false
    this.opened = true
    this.keptAt = null
    this.folder = null
    this.files = []
    this.controls.next()
    this.#top = false
    this.#pruned = false
    this.#said.clear()
    this.#arrivals.reset()
    this.#epoch += 1
  }

  /** Reads the chat again; what arrives meanwhile is laid over what was read. */
  async load(): Promise<void> {
    if (!this.id || this.temporary) return
    await this.#arrivals.during(
      () => this.#read(),
      (busy) => (this.loading = busy),
    )
  }

  async #read(): Promise<void> {
    const id = this.id ?? ''
    const stored = [...this.#said].filter(([, stored]) => stored)
    try {
      const last = Math.max(PART, this.visible.length)
      const chat = this.#link
        ? await readShown(this.#link)
        : await get('/api/v1/chats/{id}', { path: { id }, query: last > LONGEST_PART ? {} : { last } })
      if (this.id !== id) return
      this.guest = !this.#link && chat.user_id !== session.user?.id
      this.writable = !this.#link || ('write_access' in chat.chat && chat.chat.write_access === true)
      this.title = chat.title
      for (const [said] of stored) this.#said.delete(said)
      const said = [...this.#said.keys()].flatMap((said) => this.messages[said] ?? [])
      const { leaf } = this
      this.messages = chat.chat.history.messages
      this.#pruned = !this.#link && last <= LONGEST_PART
      this.#top = this.#link !== null
      this.leaf = chat.chat.history.currentId
      if (said.length)
        this.leaf =
          adopt(this.messages, { messages: Object.fromEntries(said.map((one) => [one.id, one])), currentId: leaf ?? '' }) ?? this.leaf
      this.files = chat.chat.files ?? []
      this.controls.read(chat.chat.params ?? {})
      this.failure = null
      this.opened = true
      this.keptAt = null
      this.ended()
      await this.#arrivals.resume()
      void ask('events:chat', { chat_id: id, data: { type: 'last_read_at' } })
    } catch (error) {
      if (this.id !== id) return
      if (unreached(error)) await this.#recall(id)
      else this.failure = reason(error)
      if (!(error instanceof ApiError) || ![401, 404].includes(error.status)) return
      this.missing = true
      void dropChat(session.user?.id ?? '', id)
    }
  }

  /** Reads what comes before the first message that is here. */
  async earlier(): Promise<void> {
    const { id } = this
    const leaf = this.visible[0]?.parentId
    if (!id || !leaf || !this.partial) return
    try {
      const part = await get('/api/v1/chats/{id}', { path: { id }, query: { last: PART, leaf } })
      if (this.id !== id) return
      const { messages } = part.chat.history
      this.#top = !messages[leaf]
      for (const message of Object.values(messages)) this.messages[message.id] ??= message
      this.failure = null
    } catch (error) {
      if (this.id === id) this.failure = reason(error)
    }
  }

  /** Reads the other branches. */
  async #whole(): Promise<void> {
    const { id } = this
    if (!id || !this.#pruned) return
    const chat = await get('/api/v1/chats/{id}', { path: { id } })
    if (this.id !== id) return
    this.#pruned = false
    this.#top = true
    for (const message of Object.values(chat.chat.history.messages)) {
      const here = (this.messages[message.id] ??= message)
      here.childrenIds = [...new Set([...message.childrenIds, ...here.childrenIds])]
    }
  }

  /** Turns to the branch of a message, which may be far up or in another one; false when it is not there any more. */
  async turnTo(message: string): Promise<boolean> {
    const { id } = this
    try {
      if (!this.messages[message]) await this.#whole()
    } catch (error) {
      if (this.id === id) this.failure = reason(error)
    }
    if (this.id !== id || !this.messages[message]) return false
    if (!this.visible.some((one) => one.id === message)) this.leaf = leafOf(this.messages, message)
    return true
  }

  /** Without a network: the copy of this device, unless the chat is on screen already. */
  async #recall(id: string): Promise<void> {
    if (this.visible.length) return
    const kept = await keptChat(session.user?.id ?? '', id)
    if (this.id !== id) return
    if (!kept) {
      this.failure = t('chat.notKept')
      return
    }
    this.title = kept.title
    // Nothing is written into a copy: what was unfinished stays as it was.
    this.messages = Object.fromEntries(kept.messages.map((message) => [message.id, { ...message, done: true }]))
    this.leaf = kept.messages.at(-1)?.id ?? null
    this.#top = true
    this.keptAt = kept.at
  }

  /** Nothing grows any more: a copy is kept for times without a network. */
  ended(): void {
    const { user } = session
    if (!user || !this.id || this.temporary || this.#link || this.guest) return
    void keepChat({
      account: user.id,
      id: this.id,
      title: this.title,
      messages: $state.snapshot(this.visible.slice(-KEPT_MESSAGES)) as Message[],
    })
  }

  /** After a lost connection, or when the owner changed who may read: what was missed is read again. */
  async again(): Promise<void> {
    if (!this.id || this.temporary) return
    // Of a chat of others only its room tells: nothing may be said between reading it and being in it.
    if (this.#link) await this.#join()
    await this.load()
    if (!this.#link) void this.#join()
  }

  #leave(): void {
    if (this.id && !this.temporary) void ask('events:chat', { chat_id: this.id, data: { type: 'leave' } })
  }

  #join(): Promise<unknown> {
    return ask('events:chat', { chat_id: this.id, data: { type: 'join' } })
  }

  /** Says something below the visible leaf, or below `parent` (an edited message). */
  async send(text: string, models: string[], files: Attached[] = [], parent: string | null = this.leaf): Promise<void> {
    const id = crypto.randomUUID()
    const message: Message = { id, parentId: parent, childrenIds: [], role: 'user', content: text, models, timestamp: seconds() }
    if (files.length) message.files = files
    if (this.#link && session.user) Object.assign(message, { user: { id: session.user.id, name: session.user.name } })
    this.messages[id] = message
    this.#said.set(id, false)
    if (parent) this.messages[parent]?.childrenIds.push(id)
    this.leaf = id
    const epoch = this.#epoch
    try {
      await this.#reply(this.messages[id], models)
    } catch (error) {
      if (epoch !== this.#epoch) throw error
      // What was typed goes back where it came from.
      delete this.messages[id]
      this.#said.delete(id)
      const above = parent ? this.messages[parent] : undefined
      if (above) above.childrenIds = above.childrenIds.filter((child) => child !== id)
      this.leaf = parent
      throw error
    }
  }

  /** Another reply to the same message; `hint` says what should be different from this one. */
  async regenerate(reply: Message, models: string[], hint = ''): Promise<void> {
    const question = reply.parentId ? this.messages[reply.parentId] : undefined
    if (question) await this.#reply(question, reply.model ? [reply.model] : models, hint ? { hint, reply } : null)
  }

  async #reply(question: Message, models: string[], revised: { hint: string; reply: Message } | null = null): Promise<void> {
    const first = Object.keys(this.messages).length === 1
    const session_id = socketId()
    const epoch = this.#epoch
    if (this.temporary && !this.id) {
      this.id = `temporary:${session_id}`
      this.controls.taken()
    }
    const replies = models.map((model) => {
      const reply = emptyReply(question, model)
      this.messages[reply.id] = reply
      this.#said.set(reply.id, false)
      question.childrenIds.push(reply.id)
      return reply
    })
    this.leaf = replies[0]?.id ?? null
    this.#arrivals.expect(!this.id)
    // The server reads pictures from their messages, and everything else from here, too.
    const files = documents(branch(this.messages, question.id))
    try {
      const body = {
        stream: true,
        model: models[0],
        messages: [
          ...personal(this.controls.system),
          ...(this.temporary ? said(this.messages, revised?.reply ?? question, (output) => $state.snapshot(output) as OutputItem[]) : []),
        ],
        params: { ...approval(), ...this.controls.sent },
        ...this.#tools(),
        ...(files.length && { files: $state.snapshot(files) }),
        features: this.#features(),
        variables: variables(session.user?.name ?? ''),
        session_id,
        chat_id: this.id,
        folder_id: this.folder?.id ?? null,
        user_message: $state.snapshot({ ...question, childrenIds: [] }),
        parent_id: question.parentId,
        message_ids: replies.map((reply, index) => ({
          model_id: reply.model,
          message_id: reply.id,
          modelIdx: models.length > 1 ? index : undefined,
        })),
        background_tasks: tasks(first && !this.temporary),
        ...(revised && { regeneration_prompt: revised.hint, regeneration_message_id: revised.reply.id }),
      }
      const answer = await post('/api/chat/completions', { body })
      if (epoch !== this.#epoch) return
      for (const { id } of [question, ...replies]) this.#said.set(id, true)
      if (this.id !== answer.chat_id) {
        this.id = answer.chat_id
        this.controls.named(answer.chat_id)
        moveDraft('new', answer.chat_id)
        go(`/c/${answer.chat_id}`, true)
        void this.#join()
      }
      this.#arrivals.named()
    } catch (error) {
      if (epoch !== this.#epoch) throw error
      this.#arrivals.expect(false)
      for (const reply of replies) {
        delete this.messages[reply.id]
        this.#said.delete(reply.id)
      }
      question.childrenIds = question.childrenIds.filter((id) => this.messages[id])
      this.leaf = question.childrenIds.at(-1) ?? question.id
      throw error
    }
  }

  /** Where this conversation is written. */
  get #place(): string {
    return this.#link ? `shared-${this.#link}` : this.temporary ? 'new' : (this.id ?? 'new')
  }

  /** The tools that are switched on there. */
  #tools(): { tool_ids?: string[] } {
    const tool_ids = tools.of(this.#place)
    return tool_ids.length ? { tool_ids } : {}
  }

  #features(): { web_search?: boolean; image_generation?: boolean } {
    return { ...(web.of(this.#place) && { web_search: true }), ...(paint.of(this.#place) && { image_generation: true }) }
  }

  /** Lets the last reply go on where it ends. */
  async continue(reply: Message): Promise<void> {
    reply.done = false
    const body = {
      stream: true,
      model: reply.model,
      messages: personal(this.controls.system),
      params: { ...approval(), ...this.controls.sent },
      ...this.#tools(),
      features: {},
      variables: variables(session.user?.name ?? ''),
      session_id: socketId(),
      chat_id: this.id,
      assistant_message_id: reply.id,
      id: reply.id,
      parent_id: reply.parentId,
    }
    await post('/api/chat/completions', { body }).catch((error: unknown) => {
      reply.done = true
      throw error
    })
  }

  /** Allows a tool call that waits, or does not; the reply goes on. */
  async decide(reply: Message, call_id: string, allowed: boolean): Promise<void> {
    const path = { id: this.id ?? '', message_id: reply.id }
    await resolveCall(path, { call_id, action: allowed ? 'approve' : 'reject' })
  }

  async stop(): Promise<void> {
    if (this.id) await post('/api/tasks/chat/{chat_id}/stop', { path: { chat_id: this.id } })
  }

  /** Changes the text of a reply in place. */
  async rewrite(message: Message, text: string): Promise<void> {
    if (this.id && !this.temporary) {
      const path = { id: this.id, message_id: message.id }
      await post('/api/v1/chats/{id}/messages/{message_id}', { path, body: { content: text } })
    }
    message.content = text
    message.output = [{ type: 'message', id: message.id, status: 'completed', content: [{ type: 'output_text', text }] }]
  }

  /** Deletes a message and what answers it; what follows those moves up. */
  async remove(message: Message): Promise<void> {
    await del('/api/v1/chats/{id}/messages/{message_id}', { path: { id: this.id ?? '', message_id: message.id } })
    await this.load()
  }

  alternatives(message: Message): string[] {
    return siblings(this.messages, message)
  }

  /** Shows another branch, and remembers it. */
  async show(id: string): Promise<void> {
    await this.#whole()
    this.leaf = leafOf(this.messages, id)
    if (this.id && !this.temporary)
      await post('/api/v1/chats/{id}', { path: { id: this.id }, body: { chat: { history: { currentId: this.leaf, messages: {} } } } })
  }
}
