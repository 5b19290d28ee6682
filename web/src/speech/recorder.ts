import { postForm } from '../api/client'
import { locale, t } from '../i18n/index.svelte'
import { recogniser, serverHears } from './allowed'

/** Somebody speaks. */
export interface Speaking {
  /** They are done: what they said. */
  words(): Promise<string>
  /** They said nothing that counts. */
  cancel(): void
}

/** Milliseconds that somebody may speak at once; after that nothing more is recorded. */
const LONGEST = 10 * 60_000
/** As browsers record, the smallest first, and what the files are called. */
const KINDS: readonly [string, string][] = [
  ['audio/webm;codecs=opus', 'webm'],
  ['audio/ogg;codecs=opus', 'ogg'],
  ['audio/mp4', 'm4a'],
  ['audio/webm', 'webm'],
]

/** Begins to listen; rejects where the microphone is not given. */
export const listen = (): Promise<Speaking> => (serverHears() ? record() : recognise())

async function record(): Promise<Speaking> {
  const sound = await navigator.mediaDevices.getUserMedia({ audio: true }).catch((error: unknown) => {
    const refused = error instanceof DOMException && error.name === 'NotAllowedError'
    throw new Error(t(refused ? 'dictate.refused' : 'dictate.none'))
  })
  const [kind = '', ending = 'webm'] = KINDS.find(([kind]) => MediaRecorder.isTypeSupported(kind)) ?? []
  const recorder = new MediaRecorder(sound, kind ? { mimeType: kind } : {})
  const parts: Blob[] = []
  recorder.ondataavailable = ({ data }) => parts.push(data)
  const over = new Promise<void>((resolve) => (recorder.onstop = () => resolve()))
  const end = async (): Promise<void> => {
    clearTimeout(timer)
    if (recorder.state !== 'inactive') recorder.stop()
    await over
    // The microphone is given back, which the browser shows.
    for (const track of sound.getTracks()) track.stop()
  }
  const timer = setTimeout(() => void end(), LONGEST)
  recorder.start()
  return {
    cancel: () => void end(),
    async words() {
      await end()
      const form = new FormData()
      const type = recorder.mimeType.split(';')[0] || 'audio/webm'
      form.append('file', new Blob(parts, { type }), `speech.${ending}`)
      const answer = await postForm('/api/v1/audio/transcriptions', form)
      return answer && typeof answer === 'object' && 'text' in answer ? String(answer.text) : ''
    },
  }
}

/** The browser, or whom it asks, writes down what is said. */
function recognise(): Promise<Speaking> {
  const Known = recogniser()
  if (!Known) return Promise.reject(new Error(t('dictate.none')))
  const ear = new Known()
  const said: string[] = []
  let failure: Error | null = null
  ear.continuous = true
  ear.interimResults = false
  ear.lang = locale()
  ear.onresult = ({ resultIndex, results }) => {
    for (const result of Array.from(results).slice(resultIndex)) if (result.isFinal) said.push(result[0]?.transcript.trim() ?? '')
  }
  ear.onerror = ({ error }) => {
    if (error === 'no-speech' || error === 'aborted') return
    failure = new Error(t(error === 'not-allowed' ? 'dictate.refused' : 'dictate.failed'))
  }
  const over = new Promise<void>((resolve) => (ear.onend = () => resolve()))
  ear.start()
  return Promise.resolve({
    cancel: () => ear.abort(),
    async words() {
      ear.stop()
      await over
      if (failure) throw failure
      return said.join(' ')
    },
  })
}
