import en from './en'
import { learn } from './index.svelte'

// Imported by what shows more than the door.
learn(en)
