import { postFile } from '../api/client'
import { session } from '../auth/session.svelte'
import { t } from '../i18n/index.svelte'
import { serverSpeaks } from './allowed'
import { pieces } from './pieces'

/** Reads a text aloud to its end, or until the signal says so. `onvoice` hears when the first word sounds. */
export async function read(text: string, signal: AbortSignal, onvoice: () => void): Promise<void> {
  const list = pieces(text, session.config?.audio?.tts?.split_on ?? 'punctuation')
  await (serverSpeaks() ? fromServer(list, signal, onvoice) : fromBrowser(list, signal, onvoice))
}

/** While one piece sounds, the next is asked for. */
async function fromServer(list: string[], signal: AbortSignal, onvoice: () => void): Promise<void> {
  const player = new Audio()
  const ask = (input: string | undefined): Promise<Blob> | null => {
    if (input === undefined) return null
    const answer = postFile('/api/v1/audio/speech', { body: { input }, signal })
    // Whoever waits for it hears of a failure; until then nobody may be waiting.
    answer.catch(() => undefined)
    return answer
  }
  let next = ask(list[0])
  for (let at = 1; next; at++) {
    const sound = await next
    next = ask(list[at])
    await play(player, sound, signal, onvoice)
    signal.throwIfAborted()
  }
}

function play(player: HTMLAudioElement, sound: Blob, signal: AbortSignal, onvoice: () => void): Promise<void> {
  const url = URL.createObjectURL(sound)
  return new Promise<void>((resolve, reject) => {
    const stop = (): void => {
      player.pause()
      resolve()
    }
    signal.addEventListener('abort', stop, { once: true })
    player.onplaying = onvoice
    player.onended = () => resolve()
    player.onerror = () => reject(new Error(t('aloud.unheard')))
    player.src = url
    player.play().catch((error: unknown) => {
      // A pause right after the beginning is no failure.
      if (!signal.aborted)
        reject(error instanceof DOMException && error.name === 'NotSupportedError' ? new Error(t('aloud.unheard')) : error)
    })
    if (signal.aborted) stop()
  }).finally(() => URL.revokeObjectURL(url))
}

async function fromBrowser(list: string[], signal: AbortSignal, onvoice: () => void): Promise<void> {
  const voice = window.speechSynthesis
  // What another page of this browser left behind would be read first.
  voice.cancel()
  for (const piece of list) {
    await new Promise<void>((resolve, reject) => {
      const words = new SpeechSynthesisUtterance(piece)
      words.onstart = onvoice
      words.onend = () => resolve()
      words.onerror = ({ error }) => (error === 'canceled' || error === 'interrupted' ? resolve() : reject(new Error(t('aloud.unheard'))))
      signal.addEventListener(
        'abort',
        () => {
          voice.cancel()
          resolve()
        },
        { once: true },
      )
      voice.speak(words)
    })
    signal.throwIfAborted()
  }
}
