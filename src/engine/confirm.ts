import type { Health, Thresholds } from '#engine/advance'
import type { Reason } from '#probes/define'

/**
 * Failures that would be the same a minute later: the target answered, and the answer was wrong. Asking once more soon
 * is enough; the others get the time a blip or a restart of the target needs.
 */
const deterministic = new Set<Reason>(['status', 'assertion', 'certificate', 'tls', 'protocol', 'blocked'])
const SOON_MS = 1_000

/**
 * How soon to look again outside the regular slots, or nothing: after a failure that is not confirmed yet, after a
 * first good answer while down when more are needed, and once when our own side failed.
 */
export function recheckAfter(
  health: Health,
  verdict: { status: string; reason?: Reason },
  monitor: Thresholds & { confirm_interval_s: number; interval: number },
): number | undefined {
  const wait = Math.min(monitor.confirm_interval_s, monitor.interval) * 1_000
  if (verdict.status === 'unknown') return health.blind.count === 1 ? Math.min(SOON_MS, wait) : undefined
  if (verdict.status === 'down') {
    if (health.known === 'down' || health.bad.count >= monitor.alert_threshold) return undefined
    return verdict.reason && deterministic.has(verdict.reason) ? Math.min(SOON_MS, wait) : wait
  }
  return health.known === 'down' && health.good.count < monitor.recovery_threshold ? wait : undefined
}
