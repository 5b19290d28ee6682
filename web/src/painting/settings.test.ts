import { describe, expect, it } from 'vitest'
import { check, fieldsOf, MAKERS, shown } from './settings'

const words = { empty: 'empty', size: 'size', steps: 'steps' }

describe('settings of pictures', () => {
  it('are shown as they are stored, and what is missing is empty', () => {
    const all = shown({ IMAGE_GENERATION_ENGINE: 'comfyui', COMFYUI_BASE_URL: 'http://a', IMAGE_STEPS: null, IMAGE_SIZE: null })
    expect(all).toMatchObject({ ENABLE_IMAGE_GENERATION: false, IMAGE_STEPS: 0, IMAGE_SIZE: '' })
    expect([all.own.COMFYUI_BASE_URL, all.own.IMAGES_OPENAI_API_KEY]).toEqual(['http://a', ''])
    expect(fieldsOf(MAKERS, 'crayon')).toEqual([])
  })

  it('say what keeps pictures from being made', () => {
    expect(check(shown({}), words)).toEqual({})
    expect(check(shown({ IMAGE_SIZE: '512x512', IMAGE_EDIT_SIZE: 'auto', IMAGE_STEPS: 50 }), words)).toEqual({})
    expect(check(shown({ IMAGE_SIZE: 'large', IMAGE_EDIT_SIZE: '5x', IMAGE_STEPS: 5000 }), words)).toEqual({
      IMAGE_SIZE: 'size',
      IMAGE_EDIT_SIZE: 'size',
      IMAGE_STEPS: 'steps',
    })
    const on = { ENABLE_IMAGE_GENERATION: true, ENABLE_IMAGE_EDIT: true }
    expect(check(shown({ ...on, IMAGE_GENERATION_ENGINE: 'automatic1111', IMAGE_EDIT_ENGINE: 'gemini' }), words)).toEqual({
      AUTOMATIC1111_BASE_URL: 'empty',
    })
    const comfy = { ...on, IMAGE_GENERATION_ENGINE: 'gemini', IMAGE_EDIT_ENGINE: 'comfyui', IMAGES_EDIT_COMFYUI_BASE_URL: 'http://a' }
    expect(check(shown(comfy), words)).toEqual({ IMAGES_EDIT_COMFYUI_WORKFLOW: 'empty' })
  })
})
