import type { IntervalStatus, MonitorStatus, Severity } from '#contract/statuses'
import type { Health, Known } from '#engine/advance'
import type { Quorum, Vote } from '#engine/quorum'
import type { Verdict } from '#probes/define'
import { probeOf } from '#probes/index'
import type { CheckJob } from '#probing/attempt'
import type { Assignment } from '#probing/define'

export const LOCAL = 'local'
export type Last = Pick<Verdict, 'reason' | 'message' | 'response_time_ms' | 'phases' | 'evidence'>

/** One monitor as one region sees it. */
export type Site = {
  region: string
  /** What its checks are filed under in the history. */
  series: number
  health: Health
  /** When what `health` says began. */
  since: number
  checked_at: number | null
  /** Its prober is gone: what it said before does not count any more. */
  lost: boolean
  last: Last
}

/** One monitor as the engine holds it in memory. */
export type Watched = {
  number: number
  id: string
  /** Changes whenever an answer would have to be read otherwise; see `versionOf`. */
  version: number
  tenant_id: string
  name: string
  severity: Severity
  enabled: boolean
  interval: number
  alert_threshold: number
  recovery_threshold: number
  confirm_interval_s: number
  quorum: Quorum
  /** Ids of monitors. */
  parents: string[]
  /** Ids of the monitors that a group consists of. */
  members: string[]
  job: CheckJob
  /** Evaluated here from what is known; nobody is told to check it. */
  passive: boolean
  /** Why the monitor cannot be checked at all, when it cannot. */
  broken?: string
  /** One for each region; a monitor with one site is what that site says. */
  sites: Site[]
  /** What has been proved, and what the open state interval says. */
  known: Known
  interval_status: IntervalStatus | null
  status: MonitorStatus
  since: number | null
  /** The maintenance window it is in; what is known of it goes on below that. */
  maintenance: string | null
  /** Where the open interval begins; no later one may begin before it. */
  interval_from: number
  /** The newest check of any region. */
  checked_at: number | null
  last: Last
}

export const siteOf = ({ sites }: Watched, region: string) => sites.find((site) => site.region === region)
export const isPassive = (type: string) => probeOf(type)?.passive === true

/**
 * One number for what is asked and how often. A prober may deliver what it found hours ago: a new name or another
 * threshold must not make that worthless, another address must.
 */
export function versionOf(
  { type, url, settings, timeout_ms, degraded_ms, inverted }: CheckJob,
  interval: number,
): number {
  const asked = JSON.stringify([type, url, settings, timeout_ms, degraded_ms, inverted, interval])
  // As many bits as a number holds exactly.
  return Number(BigInt(Bun.hash.wyhash(asked)) & 0x1f_ffff_ffff_ffffn)
}

export const assignmentOf = ({ number, version, interval, job }: Watched): Assignment => ({
  number,
  version,
  interval_ms: interval * 1_000,
  job,
})

const SLACK_MS = 15_000
/** A vote older than this says nothing about now. */
export const freshFor = ({ interval, job }: Pick<Watched, 'interval' | 'job'>) =>
  2 * interval * 1_000 + job.timeout_ms + SLACK_MS

/** What a region says about the monitor now. */
export function voteOf(watched: Watched, { region, health, since, checked_at, lost }: Site, now: number): Vote {
  if (health.known === 'pending') return { region, status: lost ? 'unknown' : 'pending', since }
  const blind = health.interval === 'unknown' && health.blind.count > 0
  const stale = checked_at === null || Math.abs(now - checked_at) > freshFor(watched)
  return lost || blind || stale
    ? { region, status: 'unknown', since: checked_at ?? since }
    : { region, status: health.known, since }
}
