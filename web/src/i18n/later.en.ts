import admin from './admin.en'
import chats from './chats.en'
import notes from './notes.en'

/** What is read by people who are signed in. */
export default { ...admin, ...chats, ...notes } as const
