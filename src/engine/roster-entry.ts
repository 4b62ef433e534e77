import type { IntervalStatus } from '#contract/statuses'
import { type Health, newHealth } from '#engine/advance'
import { quorumOf } from '#engine/quorum'
import type { RegionNumbers } from '#engine/region-numbers'
import type { Row } from '#engine/roster-rows'
import { seriesOf } from '#engine/series'
import { isPassive, type Last, LOCAL, type Site, versionOf, type Watched } from '#engine/watched'
import type { App } from '#kernel/context'
import { opened } from '#kernel/settings'
import { probeOf } from '#probes/index'

/** A monitor in memory, made of what is stored of it and of what was known of it. */

type Core = Pick<App, 'vault' | 'clock'>

const ms = (iso: string | null) => (iso === null ? null : Date.parse(iso))

/** What was proved before, as far as the rows tell; runs start anew, so a restart can raise no alarm by itself. */
function healthOf({ status, interval_status, has_incident, enabled }: Row): Health {
  // What the time in a maintenance window was besides is proved anew.
  const open = interval_status === 'maintenance' ? 'unknown' : interval_status
  const interval: IntervalStatus | null = enabled && open !== 'paused' ? open : null
  if (!enabled || status === null || interval === null) return newHealth('pending', interval)
  if (status === 'up' || status === 'degraded' || status === 'down') return newHealth(status, interval)
  return newHealth(status === 'unknown' && has_incident ? 'down' : 'pending', interval)
}

function jobOf(row: Row, vault: Core['vault']): Pick<Watched, 'job' | 'broken'> {
  const { type, url, timeout_ms, degraded_ms, inverted } = row
  const job = { type, url, settings: row.settings, timeout_ms, degraded_ms, inverted }
  const probe = probeOf(type)
  if (!probe) return { job, broken: `This version cannot check monitors of type ${type}` }
  try {
    return {
      job: { ...job, settings: opened({ vault, schema: probe.settings, context: `monitors:${row.id}` }, row.settings) },
    }
  } catch {
    return { job, broken: 'The stored secrets of this monitor cannot be opened: is secrets.key the right file?' }
  }
}

const membersOf = ({ type, settings: { members } }: Row): string[] =>
  type === 'group' && Array.isArray(members) ? members.map(String) : []

function lastOf({ reason, message, response_time_ms, evidence }: Row): Last {
  return {
    // Safe: the column holds the reason of a verdict, written by the recorder alone.
    ...(reason !== null && { reason: reason as Last['reason'] }),
    message: message ?? '',
    ...(response_time_ms !== null && { response_time_ms }),
    ...(evidence !== null && { evidence }),
  }
}

/**
 * The places it is checked from. With one of them what is stored of the monitor is what that place said; with several
 * each of them has to vote anew.
 */
function sitesOf(row: Row, health: Health, numbers: RegionNumbers, now: number): Site[] {
  const names = isPassive(row.type) ? [LOCAL] : row.regions
  const alone = names.length === 1
  // The first word of one of several is waited for from now on.
  const since = alone ? (ms(row.since) ?? 0) : now
  return names.map((region) => ({
    region,
    series: seriesOf(row.number, numbers.numberOf(row.tenant_id, region)),
    health: alone ? health : newHealth(),
    since,
    checked_at: alone ? ms(row.checked_at) : null,
    lost: false,
    last: alone ? lastOf(row) : { message: '' },
  }))
}

export function watchedOf(row: Row, { vault, clock }: Core, numbers: RegionNumbers): Watched {
  const health = healthOf(row)
  const status = row.enabled ? (row.status === 'unknown' ? 'unknown' : health.known) : 'paused'
  const { number, id, tenant_id, name, severity, enabled, interval, parents } = row
  const passive = isPassive(row.type)
  const asked = jobOf(row, vault)
  // What a group or a person says needs no second look; of a pushed monitor reports are counted like checks.
  const limits = passive && row.type !== 'push' ? { alert_threshold: 1, recovery_threshold: 1 } : row
  return {
    ...{ number, id, tenant_id, name, severity, enabled, interval, parents },
    alert_threshold: limits.alert_threshold,
    recovery_threshold: limits.recovery_threshold,
    confirm_interval_s: row.confirm_interval_s,
    version: versionOf(asked.job, interval),
    quorum: quorumOf(row.region_quorum),
    members: membersOf(row),
    passive,
    ...asked,
    sites: sitesOf(row, health, numbers, clock.now()),
    known: health.known,
    interval_status: health.interval,
    status,
    since: ms(row.since),
    maintenance: null,
    interval_from: ms(row.interval_from) ?? 0,
    checked_at: ms(row.checked_at),
    last: lastOf(row),
  }
}

/** What was proved of a monitor before it was changed is kept; the runs begin anew, since other settings may change the answer. */
export function inherit(fresh: Watched, from: Watched) {
  const { known, interval_status, status, since, maintenance, interval_from, checked_at, last } = from
  Object.assign(fresh, { known, interval_status, status, since, maintenance, interval_from, checked_at, last })
  const alone = fresh.sites.length === 1
  for (const site of fresh.sites) {
    const before = from.sites.find(({ region }) => region === site.region)
    if (before) {
      const { health, since, checked_at, lost, last } = before
      Object.assign(site, { health: newHealth(health.known, health.interval), since, checked_at, lost, last })
    }
    // One that is alone speaks for the monitor from now on.
    if (alone) site.health = newHealth(known, interval_status)
  }
}
