import type { Socket } from 'socket.io-client'
import { getToken } from '../api/client'
import type { Envelope } from '../api/types'

type Listener = (event: Envelope) => void

const HEARTBEAT_MS = 30_000
const RETRY_MS = 4_000
const listeners = new Set<Listener>()
const rejoin = new Set<() => void>()
const noteListeners = new Set<(note: unknown) => void>()
let socket: Socket | null = null
let connected = $state(false)
let lost = $state(false)
let heartbeat = 0

/** Whether events arrive right now. */
export const isConnected = (): boolean => connected
/** Whether there is no connection although one was wanted. */
export const isLost = (): boolean => lost
/** This page's address for replies; undefined while offline. */
export const socketId = (): string | undefined => socket?.id

/** Calls back for every `events` event; returns the way to stop. */
export function onEvent(listener: Listener): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Calls back for every note that somebody saves while it is open here; returns the way to stop. */
export function onNote(listener: (note: unknown) => void): () => void {
  noteListeners.add(listener)
  return () => noteListeners.delete(listener)
}

/** Calls back after every (re)connection, to fetch what was missed. */
export function onConnect(listener: () => void): () => void {
  rejoin.add(listener)
  return () => rejoin.delete(listener)
}

/** Sends an event and waits for its answer; undefined when there is none in time. */
export async function ask<T>(event: string, payload: unknown): Promise<T | undefined> {
  if (!socket?.connected) return undefined
  try {
    return (await socket.timeout(5_000).emitWithAck(event, payload)) as T
  } catch {
    return undefined
  }
}

/** Connects once; later calls do nothing. The library reconnects by itself. */
export async function connect(websocket: boolean): Promise<void> {
  if (socket) return
  const library = await import('socket.io-client').catch(() => null)
  if (!library) {
    lost = true
    setTimeout(() => void connect(websocket), RETRY_MS)
    return
  }
  socket = library.io({
    path: '/ws/socket.io',
    transports: websocket ? ['websocket'] : ['polling', 'websocket'],
    auth: (give) => give({ token: getToken() }),
    reconnectionDelay: 500,
    reconnectionDelayMax: RETRY_MS,
  })
  socket.on('connect', async () => {
    await ask('user-join', { auth: { token: getToken() } })
    connected = true
    lost = false
    for (const listener of rejoin) listener()
    clearInterval(heartbeat)
    heartbeat = window.setInterval(() => socket?.emit('heartbeat', {}), HEARTBEAT_MS)
  })
  socket.on('connect_error', () => {
    lost = true
  })
  socket.on('disconnect', (reason) => {
    connected = false
    lost = true
    if (reason === 'io server disconnect') setTimeout(() => socket?.connect(), 1_000)
  })
  // A network that went takes the connection with it, though no packet says so for most of a minute.
  addEventListener('offline', () => socket?.io.engine?.close())
  socket.on('events', (event: Envelope) => {
    for (const listener of listeners) listener(event)
  })
  socket.on('events:note', (note: unknown) => {
    for (const listener of noteListeners) listener(note)
  })
}

/** Ends the connection, when somebody signs out. */
export function disconnect(): void {
  clearInterval(heartbeat)
  socket?.disconnect()
  socket = null
  connected = false
  lost = false
}
