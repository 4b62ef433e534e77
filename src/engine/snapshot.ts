import type { MonitorStatus } from '#contract/statuses'
import type { Watched } from '#engine/roster'
import { isoAt } from '#kernel/clock'
import type { Evidence, Phases, Reason } from '#probes/define'

/** Where a monitor stands now; the last answer's facts are kept in full only for failures. */
export type Snapshot = {
  status: MonitorStatus
  since: string | null
  checked_at: string | null
  response_time_ms: number | null
  reason: Reason | null
  message: string | null
  phases: Phases | null
  evidence: Evidence | null
  failures_in_a_row: number
  next_check_at: string | null
}

const iso = (ms: number | null | undefined) => (ms === null || ms === undefined ? null : isoAt(ms))

export function snapshotOf(
  { status, since, checked_at, enabled, last, health }: Watched,
  next: number | undefined,
): Snapshot {
  return {
    status,
    since: iso(since),
    checked_at: iso(checked_at),
    response_time_ms: last.response_time_ms ?? null,
    reason: last.reason ?? null,
    message: last.message || null,
    phases: last.phases ?? null,
    evidence: last.evidence ?? null,
    failures_in_a_row: health.bad.count,
    next_check_at: enabled ? iso(next) : null,
  }
}
