import { may } from '../auth/permissions'
import { session } from '../auth/session.svelte'
import type { Recogniser } from './recogniser'

/** Services that write speech down on the server; where there is none, the browser may. */
const SERVICES = ['openai', 'deepgram', 'azure', 'mistral']

/** Whether the server reads aloud; otherwise the browser has a voice of its own. */
export const serverSpeaks = (): boolean => Boolean(session.config?.audio?.tts?.engine)

/** Whether texts are read aloud here, and for this person. */
export const maySpeak = (): boolean => may('chat.tts') && (serverSpeaks() || 'speechSynthesis' in window)

/** Whether the server writes down what is said. */
export const serverHears = (): boolean => SERVICES.includes(session.config?.audio?.stt?.engine ?? '')

type Named = Partial<Record<'SpeechRecognition' | 'webkitSpeechRecognition', new () => Recogniser>>

/** What the browser recognises words with, where it can. */
export function recogniser(): (new () => Recogniser) | undefined {
  const named = window as unknown as Named
  return named.SpeechRecognition ?? named.webkitSpeechRecognition
}

/** Browsers give the microphone to pages that came over an encrypted connection, or from this machine. */
const records = (): boolean => 'MediaRecorder' in window && Boolean((navigator as Partial<Navigator>).mediaDevices)

/** Whether words may be spoken instead of written. */
export const mayDictate = (): boolean => may('chat.stt') && (serverHears() ? records() : recogniser() !== undefined)
