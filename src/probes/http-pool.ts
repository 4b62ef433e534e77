import type { Evidence } from '#probes/define'
import type { Link } from '#probes/link'

/** An open connection between two checks, with what its opening showed. */
export type Kept = { link: Link; life: AbortController; evidence: Evidence; opened_at: number }

/** A full handshake at least this often, so that a certificate that was replaced is seen. */
const LIFE_MS = 600_000
/** Middle boxes forget a silent connection after some minutes without telling anyone: https://docs.aws.amazon.com/elasticloadbalancing/latest/network/network-load-balancers.html#connection-idle-timeout (350 s). */
const IDLE_MS = 180_000
const MOST_KEPT = 1_000

type Idle = Kept & { timer: Timer }
/** The one that waits longest comes first. */
const idle = new Map<string, Idle>()

/** How many connections wait for their next check. */
export const idleConnections = () => idle.size

function drop(key: string, { link, timer }: Idle) {
  clearTimeout(timer)
  link.close()
  // Another connection may wait under this key by now.
  if (idle.get(key)?.link === link) idle.delete(key)
}

/** Hands over the connection that waits under this key; the caller closes or keeps it. */
export function take(key: string): Kept | undefined {
  const found = idle.get(key)
  if (!found) return
  idle.delete(key)
  clearTimeout(found.timer)
  if (performance.now() - found.opened_at < LIFE_MS) return found
  found.link.close()
}

/** Lets a connection wait for its next check. Whatever its server says meanwhile, even goodbye, ends it. */
export function keep(key: string, kept: Kept) {
  const known = idle.get(key)
  if (known) drop(key, known)
  const left = Math.min(IDLE_MS, LIFE_MS - (performance.now() - kept.opened_at))
  const waiting: Idle = { ...kept, timer: setTimeout(() => drop(key, waiting), Math.max(1, left)) }
  waiting.timer.unref()
  idle.set(key, waiting)
  const gone = () => drop(key, waiting)
  kept.link.listen({ data: gone, end: gone })
  if (idle.size > MOST_KEPT) for (const [oldest, it] of idle) return drop(oldest, it)
}

/** Ends the connection when the check's time is up; the answer stops that. */
export function lend({ life }: Pick<Kept, 'life'>, signal: AbortSignal): () => void {
  const abort = () => life.abort(signal.reason)
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort)
  return () => signal.removeEventListener('abort', abort)
}
