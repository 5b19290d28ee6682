import { ApiError } from '../api/client'
import { reason } from '../ui/words'
import { both, merged } from './merge'
import type { Note, State } from './told'
import { one, save } from './wire'

/** A pause in typing after which it is saved, and how long typing without a pause goes unsaved. */
const PAUSE_MS = 700
const LONGEST_MS = 5_000

/** A note while somebody writes in it: saved by itself, and joined with what others save meanwhile. */
export class Editing {
  title = $state('')
  text = $state('')
  busy = $state(false)
  /** Why the last saving failed. */
  failure = $state<string | null>(null)
  /** What somebody else saved where this person has written, too: nothing is saved until it is settled. */
  theirs = $state.raw<State | null>(null)
  #base = $state.raw<State>({ title: '', text: '', revision: 0 })
  #id: string
  #timer = 0
  /** When the first letter was typed that was not tried to be saved yet. */
  #since = 0
  #saving: Promise<void> | null = null
  /** Heard while saving: perhaps only what is being saved. */
  #waiting: State | null = null
  #over = false
  #first: number

  constructor(note: Note) {
    this.#id = note.id
    const { title, text, revision } = note
    this.#base = { title, text, revision }
    ;[this.title, this.text, this.#first] = [title, text, revision]
  }

  /** Whether something is not saved. */
  get dirty(): boolean {
    return this.title !== this.#base.title || this.text !== this.#base.text
  }

  get empty(): boolean {
    return !this.title.trim() && !this.text.trim()
  }

  /** Whether nobody has written anything yet. */
  get untouched(): boolean {
    return this.empty && !this.dirty && !this.theirs && this.#base.revision === this.#first
  }

  /** Something was typed. */
  typed(): void {
    const now = Date.now()
    if (!this.#since) this.#since = now
    clearTimeout(this.#timer)
    const wait = Math.max(0, Math.min(PAUSE_MS, this.#since + LONGEST_MS - now))
    this.#timer = window.setTimeout(() => void this.flush(), wait)
  }

  /** Saves what is not saved, as far as that is possible now. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer)
    // What was typed while it was saved is saved, too.
    while (this.dirty && !this.theirs && !this.#over) {
      const before = this.#base.revision
      this.#saving ??= this.#save().finally(() => (this.#saving = null))
      await this.#saving
      if (this.failure || this.#base.revision === before) break
    }
    this.#since = 0
  }

  /** Nothing is saved any more: the note is gone. */
  end(): void {
    clearTimeout(this.#timer)
    this.#over = true
  }

  /** What the note is by now, as somebody else saved it. */
  heard(news: Omit<State, 'text'> & { text?: string }): void {
    const theirs = { text: this.#base.text, ...news }
    if (this.#saving) {
      if (theirs.revision > (this.#waiting?.revision ?? 0)) this.#waiting = theirs
      return
    }
    if (theirs.revision <= Math.max(this.#base.revision, this.theirs?.revision ?? 0)) return
    const words = merged(this.#base, this, theirs)
    if (words === null) {
      this.theirs = theirs
      return
    }
    ;[this.theirs, this.#base] = [null, theirs]
    ;[this.title, this.text] = [words.title, words.text]
    if (this.dirty) this.typed()
  }

  /** Settles a conflict. */
  settle(how: 'mine' | 'theirs' | 'both'): Promise<void> {
    const { theirs } = this
    if (!theirs) return Promise.resolve()
    const words = how === 'mine' ? this : how === 'theirs' ? theirs : both(this, theirs)
    const { title, text } = words
    ;[this.theirs, this.#base, this.title, this.text] = [null, theirs, title, text]
    return this.flush()
  }

  async #save(): Promise<void> {
    const { title, text } = this
    const base = this.#base
    const change = { ...(title !== base.title && { title }), ...(text !== base.text && { text }) }
    this.busy = true
    let news: State | null = null
    try {
      const revision = await save(this.#id, change, base.revision)
      this.#base = { title, text, revision }
      this.failure = null
    } catch (error) {
      if (error instanceof ApiError && error.status === 409) news = await this.#look()
      else this.failure = reason(error)
    }
    this.busy = false
    const waiting = this.#waiting
    this.#waiting = null
    this.#saving = null
    for (const other of [news, waiting]) if (other) this.heard(other)
  }

  async #look(): Promise<State | null> {
    try {
      const { title, text, revision } = await one(this.#id)
      this.failure = null
      return { title, text, revision }
    } catch (error) {
      this.failure = reason(error)
      return null
    }
  }
}
