import type { ServerWebSocket } from 'bun'
import type { Identity } from '#kernel/credentials'

/** What a connection was opened with; asked again from time to time, so a revoked session hears nothing more. */
export type Credential = { headers: Headers; token: string | null; address: string }
export type Seat = { identity: Identity; credential: Credential; connection?: Connection }
type Socket = ServerWebSocket<Seat>
export type Message = { type: string; data: Record<string, unknown> }

/** Messages that wait for a slow reader; one more and it is cut off, because it would only fall further behind. */
const MOST_WAITING = 20_000
/** A reader this far behind gets nothing new until it has caught up; what waits is coalesced meanwhile. */
const MOST_BUFFERED_BYTES = 1_048_576
const MOST_MONITORS = 1000
const MOST_RECEIVED_PER_S = 20

export const closing = { going_away: 1001, policy: 1008, overload: 1013, silent: 4408, revoked: 4401 } as const

/** One open screen: what it wants to hear, what waits for it, when it was last heard. */
export function createConnection(socket: Socket, now: () => number) {
  const { tenant } = socket.data.identity
  let wanted: 'all' | 'none' | Set<string> = 'none'
  const waiting = new Map<string, string>()
  let second = { at: 0, received: 0 }
  const connection = {
    socket,
    tenant_id: tenant.id,
    heard_at: now(),
    verified_at: now(),

    wants: (monitor_id: string) => wanted === 'all' || (wanted !== 'none' && wanted.has(monitor_id)),
    /** Only the newest message about one thing is worth sending. */
    offer(key: string, message: Message) {
      waiting.delete(key)
      waiting.set(key, JSON.stringify(message))
      if (waiting.size > MOST_WAITING) socket.close(closing.overload, 'Too slow')
    },
    hasNews: () => waiting.size > 0,
    /** Hands over what waits, as far as the reader keeps up. */
    flush() {
      socket.cork(() => {
        for (const [key, text] of waiting) {
          if (socket.getBufferedAmount() > MOST_BUFFERED_BYTES) return
          waiting.delete(key)
          socket.send(text)
        }
      })
    },
    receive(raw: string | Buffer) {
      const at = Math.floor(now() / 1000)
      if (second.at !== at) second = { at, received: 0 }
      if (++second.received > MOST_RECEIVED_PER_S) return socket.close(closing.policy, 'Too many messages')
      connection.heard_at = now()
      const problem = understand(raw)
      if (problem) socket.send(JSON.stringify({ type: 'error', data: { message: problem } }))
    },
  }

  /** Acts on a message; answers what is wrong with it, if anything. */
  function understand(raw: string | Buffer): string | undefined {
    let message: unknown
    try {
      message = JSON.parse(String(raw))
    } catch {
      return 'Messages are JSON objects such as {"type":"pong"}'
    }
    if (typeof message !== 'object' || message === null || !('type' in message)) return 'A message needs a type'
    if (message.type === 'pong' || message.type === 'ping') return undefined
    if (message.type !== 'subscribe') return 'Known types are pong and subscribe'
    const ids = 'monitor_ids' in message ? message.monitor_ids : undefined
    if (ids === 'all' || ids === 'none') wanted = ids
    else if (isIds(ids)) wanted = new Set(ids)
    else return `monitor_ids is "all", "none" or a list of at most ${MOST_MONITORS} ids`
    return undefined
  }
  return connection
}
export type Connection = ReturnType<typeof createConnection>

const isIds = (ids: unknown): ids is string[] =>
  Array.isArray(ids) && ids.length <= MOST_MONITORS && ids.every((id) => typeof id === 'string' && id.length <= 64)
