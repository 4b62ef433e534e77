import type { MonitorStatus } from '#contract/statuses'
import { voteOf, type Watched } from '#engine/watched'
import { isoAt } from '#kernel/clock'
import type { Evidence, Phases, Reason } from '#probes/define'

/** What one region sees. */
type RegionSnapshot = {
  region: string
  status: string
  since: string | null
  checked_at: string | null
  response_time_ms: number | null
  reason: Reason | null
  message: string | null
  phases: Phases | null
  /** Its vote is fresh, and somebody is there to look. */
  counts: boolean
}

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
  regions: RegionSnapshot[]
  /** Regions that see it down while, all together, it is not. */
  down_only_from: string[]
}

const iso = (ms: number | null | undefined) => (ms === null || ms === undefined ? null : isoAt(ms))

function regionsOf(watched: Watched, now: number): RegionSnapshot[] {
  return watched.sites.map((site) => {
    const vote = voteOf(watched, site, now)
    const { last, checked_at } = site
    return {
      region: site.region,
      status: watched.enabled ? vote.status : 'paused',
      since: vote.status === 'pending' ? null : iso(vote.since),
      checked_at: iso(checked_at),
      response_time_ms: last.response_time_ms ?? null,
      reason: last.reason ?? null,
      message: last.message || null,
      phases: last.phases ?? null,
      counts: vote.status !== 'pending' && vote.status !== 'unknown',
    }
  })
}

export function snapshotOf(watched: Watched, next: number | undefined, now: number): Snapshot {
  const { status, since, checked_at, enabled, last, sites } = watched
  const regions = regionsOf(watched, now)
  const apart = enabled && sites.length > 1 && status !== 'down'
  return {
    status,
    since: iso(since),
    checked_at: iso(checked_at),
    response_time_ms: last.response_time_ms ?? null,
    reason: last.reason ?? null,
    message: last.message || null,
    phases: last.phases ?? null,
    evidence: last.evidence ?? null,
    failures_in_a_row: Math.max(...sites.map(({ health }) => health.bad.count)),
    next_check_at: enabled ? iso(next) : null,
    regions,
    down_only_from: apart ? regions.filter((one) => one.status === 'down').map((one) => one.region) : [],
  }
}
