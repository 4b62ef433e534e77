import { eq } from 'drizzle-orm'
import { monitors, push_keys } from '#db/schema/monitors'
import type { App } from '#kernel/context'
import { fail, invalid } from '#kernel/fail'
import { sha256 } from '#kernel/secrets'
import type { Given } from './schema'

const statuses = ['up', 'degraded', 'down'] as const
const MOST_CHARS = 300
const MOST_MS = 86_400_000
/** What would break a log line or a mail; here it is what some program printed, not a person's mistake to refuse. */
const UNREADABLE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu

function reportOf({ status: given = '', msg = '', ping = '' }: Given) {
  const faults: Record<string, string> = {}
  const status = statuses.find((one) => one === (given.trim().toLowerCase() || 'up'))
  if (!status) faults.status = `must be one of ${statuses.join(', ')}`
  const took = String(ping).trim()
  const response_time_ms = took === '' ? undefined : Number(took)
  if (response_time_ms !== undefined && !(response_time_ms >= 0 && response_time_ms <= MOST_MS))
    faults.ping = 'must be a number of milliseconds'
  if (!status || Object.keys(faults).length > 0) throw invalid(faults)
  const message = msg.toWellFormed().replace(UNREADABLE, ' ').trim().slice(0, MOST_CHARS)
  return { status, message: message || undefined, response_time_ms }
}

/**
 * A report from elsewhere: whoever knows the key may say how its monitor is, and learns nothing. While the monitor is
 * paused it is not listened to.
 */
export async function push(app: App, key: string, given: Given): Promise<{ ok: true }> {
  const [monitor] = await app.db.read
    .select({ number: monitors.number, enabled: monitors.enabled })
    .from(push_keys)
    .innerJoin(monitors, eq(monitors.number, push_keys.monitor))
    .where(eq(push_keys.hash, sha256(key)))
  if (!monitor) throw fail('NOT_FOUND')
  const report = reportOf(given)
  if (monitor.enabled) await app.engine.report(monitor.number, report)
  return { ok: true }
}
