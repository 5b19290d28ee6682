import { describe, expect, it } from 'vitest'
import { check, fieldsOf, filled, HEARERS, shown, SPEAKERS, type All } from './settings'

const STORED: All = {
  tts: { ENGINE: 'openai', MODEL: 'tts-1', VOICE: 'alloy', OPENAI_API_BASE_URL: 'http://a', OPENAI_PARAMS: {}, SPLIT_ON: 'none' },
  stt: { ENGINE: 'web', MODEL: '', ALLOWED_EXTENSIONS: ['wav', 'mp3'], WHISPER_MODEL: 'base' },
  realtime: { VOICE: 'marin' },
}

describe('settings of speech', () => {
  it('are shown as they are stored, and go back with all that the page does not show', () => {
    const page = shown(STORED)
    expect(page).toMatchObject({ speaker: 'openai', hearer: '', cut: 'none', endings: 'wav, mp3' })
    expect([page.own['tts.VOICE'], page.own['stt.DEEPGRAM_API_KEY']]).toEqual(['alloy', ''])
    const back = filled(STORED, { ...page, hearer: 'deepgram', endings: ' ogg,, wav', own: { ...page.own, 'tts.VOICE': ' nova ' } })
    expect(back.tts).toMatchObject({ ENGINE: 'openai', VOICE: 'nova', OPENAI_PARAMS: {}, SPLIT_ON: 'none' })
    expect(back.stt).toMatchObject({ ENGINE: 'deepgram', ALLOWED_EXTENSIONS: ['ogg', 'wav'], WHISPER_MODEL: 'base' })
    expect(back.realtime).toEqual({ VOICE: 'marin' })
    expect(fieldsOf(SPEAKERS, 'parrot')).toEqual(fieldsOf(HEARERS, ''))
  })

  it('say what keeps speech from being made', () => {
    expect(check(shown({}), 'empty')).toEqual({})
    expect(check(shown(STORED), 'empty')).toEqual({})
    expect(check({ ...shown(STORED), speaker: 'elevenlabs', hearer: 'deepgram' }, 'empty')).toEqual({
      'tts.API_KEY': 'empty',
      'stt.DEEPGRAM_API_KEY': 'empty',
    })
    const azure = { ...shown(STORED), speaker: '', hearer: 'azure' }
    expect(check(azure, 'empty')).toEqual({ 'stt.AZURE_API_KEY': 'empty', 'stt.AZURE_REGION': 'empty' })
    azure.own['stt.AZURE_API_KEY'] = 'k'
    azure.own['stt.AZURE_BASE_URL'] = 'http://b'
    expect(check(azure, 'empty')).toEqual({})
  })
})
