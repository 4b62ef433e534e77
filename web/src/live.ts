import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { useEffect, useSyncExternalStore } from 'react'
import { applyChanges, type MonitorChange, renewHeartbeats } from '@/live-patch'

/** One that is still being opened is closed once it is open: browsers write an error into the console otherwise. */
function leave(socket: WebSocket | undefined) {
  if (socket?.readyState === WebSocket.CONNECTING) socket.onopen = () => socket.close()
  else socket?.close()
}

export type LiveState = { state: 'live' | 'reconnecting' | 'offline'; since: number }

const FLUSH_MS = 250
const FIRST_RETRY_MS = 500
const LAST_RETRY_MS = 15_000
/** Shorter interruptions are normal (a restart, a changed network) and not worth a word. */
const OFFLINE_AFTER_MS = 15_000
/** The server pings every 30 seconds: silence for longer than two of them is a dead connection. */
const SILENT_MS = 70_000

type Message =
  | { type: 'monitor_status'; data: MonitorChange }
  | { type: 'incident_update'; data: { incident_id: string; monitor_id: string | null } }
  | { type: 'heartbeat_status'; data: { heartbeat_id: string } }
  | { type: 'ping' }

let current: LiveState = { state: 'reconnecting', since: Date.now() }
const listeners = new Set<() => void>()
function tell(state: LiveState['state'], since = Date.now()) {
  if (state === current.state) return
  current = { state, since }
  for (const listener of listeners) listener()
}

/** Whether this page shows the present. */
export const useLive = () =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => current,
  )

const watched = new Map<string, number>()
let subscribe: () => void = () => {}

/** Asks for every single check of these monitors, or ping of these heartbeats, while the component is there; changes of state come anyway. */
export function useWatch(ids: readonly string[]): void {
  const list = ids.join(' ')
  useEffect(() => {
    const own = list ? list.split(' ') : []
    for (const id of own) watched.set(id, (watched.get(id) ?? 0) + 1)
    subscribe()
    return () => {
      for (const id of own) {
        const rest = (watched.get(id) ?? 1) - 1
        if (rest > 0) watched.set(id, rest)
        else watched.delete(id)
      }
      subscribe()
    }
  }, [list])
}

/** Opens the channel and keeps it open; answers how to close it. */
function connect(client: QueryClient): () => void {
  let socket: WebSocket | undefined
  let attempts = 0
  let lostAt = Date.now()
  let heardAt = Date.now()
  let closed = false
  let asked: ReturnType<typeof setTimeout> | undefined
  let retry: ReturnType<typeof setTimeout> | undefined
  const monitors = new Map<string, MonitorChange>()
  const incidents = new Set<string>()
  const heartbeats = new Set<string>()

  const send = (message: object) => {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message))
  }
  subscribe = () => {
    clearTimeout(asked)
    // Scrolling changes the rows in sight many times a second.
    asked = setTimeout(() => {
      const ids = [...watched.keys()]
      send({ type: 'subscribe', monitor_ids: ids.length ? ids : 'none' })
    }, 300)
  }

  function hear(text: string) {
    heardAt = Date.now()
    // Safe: only our own server writes into this channel.
    const message = JSON.parse(text) as Message
    if (message.type === 'ping') send({ type: 'pong' })
    if (message.type === 'monitor_status') monitors.set(message.data.monitor_id, message.data)
    if (message.type === 'incident_update') incidents.add(message.data.incident_id)
    if (message.type === 'heartbeat_status') heartbeats.add(message.data.heartbeat_id)
  }

  function open() {
    const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:'
    socket = new WebSocket(`${scheme}//${location.host}/api/v1/ws`)
    socket.onopen = () => {
      heardAt = Date.now()
      // What happened in between was missed.
      if (attempts > 0) void client.invalidateQueries()
      attempts = 0
      tell('live')
      subscribe()
    }
    socket.onmessage = ({ data }) => hear(String(data))
    socket.onclose = () => {
      if (closed) return
      if (current.state === 'live') lostAt = Date.now()
      if (current.state !== 'offline') tell('reconnecting', lostAt)
      const wait = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempts)
      attempts += 1
      // Spread out: after a restart all tabs of all people come back at the same moment.
      retry = setTimeout(open, wait * (0.5 + Math.random()))
    }
  }

  const flush = setInterval(() => {
    if (monitors.size || incidents.size) applyChanges(client, [...monitors.values()], [...incidents])
    renewHeartbeats(client, heartbeats)
    heartbeats.clear()
    monitors.clear()
    incidents.clear()
    if (current.state === 'reconnecting' && Date.now() - lostAt > OFFLINE_AFTER_MS) tell('offline', lostAt)
    if (socket?.readyState === WebSocket.OPEN && Date.now() - heardAt > SILENT_MS) socket.close()
  }, FLUSH_MS)
  // Not in the same turn: in development React mounts everything twice, and the first socket would be torn down unopened.
  retry = setTimeout(open)

  return () => {
    closed = true
    clearInterval(flush)
    clearTimeout(retry)
    clearTimeout(asked)
    subscribe = () => {}
    leave(socket)
    tell('reconnecting')
  }
}

/** Keeps what is on the screen up to date; used once, by the shell. */
export function useLiveUpdates(): void {
  const client = useQueryClient()
  useEffect(() => connect(client), [client])
}
