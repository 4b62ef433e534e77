import { and, eq, isNull, type SQL, sql } from 'drizzle-orm'
import type { IntervalStatus, MonitorStatus, Severity } from '#contract/statuses'
import { incidents, monitor_states, state_intervals } from '#db/schema/engine'
import { monitors } from '#db/schema/monitors'
import { type Health, newHealth, shownStatus } from '#engine/advance'
import type { CheckJob } from '#probing/attempt'
import type { App } from '#kernel/context'
import { opened } from '#kernel/settings'
import type { Verdict } from '#probes/define'
import { probeOf } from '#probes/index'

/** One monitor as the engine holds it in memory. */
export type Watched = {
  number: number
  id: string
  tenant_id: string
  name: string
  severity: Severity
  enabled: boolean
  interval: number
  alert_threshold: number
  recovery_threshold: number
  confirm_interval_s: number
  job: CheckJob
  /** Why the monitor cannot be checked at all, when it cannot. */
  broken?: string
  health: Health
  status: MonitorStatus
  since: number | null
  /** Where the open interval begins; no later one may begin before it. */
  interval_from: number
  checked_at: number | null
  last: Pick<Verdict, 'reason' | 'message' | 'response_time_ms' | 'phases' | 'evidence'>
}
type Core = Omit<App, 'engine'>
export type Counts = Record<MonitorStatus, number>

const noCounts = (): Counts => ({ pending: 0, up: 0, degraded: 0, down: 0, paused: 0, maintenance: 0, unknown: 0 })
/** Rows read at once; the loop gets a turn in between. */
const PAGE = 500

const columns = {
  number: monitors.number,
  id: monitors.id,
  tenant_id: monitors.tenant_id,
  name: monitors.name,
  type: monitors.type,
  url: monitors.url,
  settings: monitors.settings,
  interval: monitors.interval,
  timeout_ms: monitors.timeout_ms,
  alert_threshold: monitors.alert_threshold,
  recovery_threshold: monitors.recovery_threshold,
  confirm_interval_s: monitors.confirm_interval_s,
  degraded_ms: monitors.degraded_ms,
  severity: monitors.severity,
  inverted: monitors.inverted,
  enabled: monitors.enabled,
  status: monitor_states.status,
  since: monitor_states.since,
  reason: monitor_states.reason,
  message: monitor_states.message,
  evidence: monitor_states.evidence,
  response_time_ms: monitor_states.response_time_ms,
  checked_at: monitor_states.checked_at,
  interval_status: state_intervals.status,
  interval_from: state_intervals.from,
  has_incident: sql<number>`exists (select 1 from ${incidents} where ${incidents.tenant_id} = ${monitors.tenant_id}
    and ${incidents.dedup_key} = 'monitor:' || ${monitors.id} and ${incidents.status} <> 'resolved')`,
}
type Row = Awaited<ReturnType<typeof read>>[number]

const read = (db: Core['db'], where: SQL | undefined, limit: number) =>
  db.read
    .select(columns)
    .from(monitors)
    .leftJoin(monitor_states, eq(monitor_states.monitor, monitors.number))
    .leftJoin(state_intervals, and(eq(state_intervals.monitor, monitors.number), isNull(state_intervals.until)))
    .where(where)
    .orderBy(monitors.number)
    .limit(limit)

const ms = (iso: string | null) => (iso === null ? null : Date.parse(iso))

/** What was proved before, as far as the rows tell; runs start anew, so a restart can raise no alarm by itself. */
function healthOf({ status, interval_status, has_incident, enabled }: Row): Health {
  const interval: IntervalStatus | null = enabled && interval_status !== 'paused' ? interval_status : null
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

function watchedOf(row: Row, vault: Core['vault']): Watched {
  const health = healthOf(row)
  const status = row.enabled ? (row.status === 'unknown' ? 'unknown' : shownStatus(health)) : 'paused'
  return {
    number: row.number,
    id: row.id,
    tenant_id: row.tenant_id,
    name: row.name,
    severity: row.severity,
    enabled: row.enabled,
    interval: row.interval,
    alert_threshold: row.alert_threshold,
    recovery_threshold: row.recovery_threshold,
    confirm_interval_s: row.confirm_interval_s,
    ...jobOf(row, vault),
    health,
    status,
    since: ms(row.since),
    interval_from: ms(row.interval_from) ?? 0,
    checked_at: ms(row.checked_at),
    last: {
      // Safe: the column holds the reason of a verdict, written by the recorder alone.
      ...(row.reason !== null && { reason: row.reason as Verdict['reason'] }),
      message: row.message ?? '',
      ...(row.response_time_ms !== null && { response_time_ms: row.response_time_ms }),
      ...(row.evidence !== null && { evidence: row.evidence }),
    },
  }
}

/** All monitors with their current state, in memory: no check and no list needs a query for it. */
export function createRoster(app: Core) {
  const byNumber = new Map<number, Watched>()
  const byId = new Map<string, Watched>()
  const tenants = new Map<string, Counts>()

  function count(tenant_id: string, status: MonitorStatus, by: 1 | -1) {
    const counts = tenants.get(tenant_id) ?? noCounts()
    counts[status] += by
    tenants.set(tenant_id, counts)
  }
  function remove(id: string): Watched | undefined {
    const known = byId.get(id)
    if (!known) return undefined
    byId.delete(id)
    byNumber.delete(known.number)
    count(known.tenant_id, known.status, -1)
    return known
  }
  function put(watched: Watched) {
    remove(watched.id)
    byNumber.set(watched.number, watched)
    byId.set(watched.id, watched)
    count(watched.tenant_id, watched.status, 1)
  }

  return {
    get: (number: number) => byNumber.get(number),
    find: (id: string) => byId.get(id),
    all: () => byNumber.values(),
    size: () => byNumber.size,
    remove,
    setStatus(watched: Watched, status: MonitorStatus, since: number) {
      if (watched.status !== status) {
        count(watched.tenant_id, watched.status, -1)
        count(watched.tenant_id, status, 1)
        watched.status = status
        watched.since = since
      }
    },
    counts: (tenant_id: string): Counts => ({ ...noCounts(), ...tenants.get(tenant_id) }),
    /** Everything, in slices, so that the API answers meanwhile. */
    async load() {
      for (let last = 0; ; ) {
        const rows = await read(app.db, sql`${monitors.number} > ${last}`, PAGE)
        for (const row of rows) put(watchedOf(row, app.vault))
        if (rows.length < PAGE) return
        last = rows.at(-1)!.number
        await new Promise((next) => setImmediate(next))
      }
    },
    /**
     * One monitor as it is stored now. What it was proved to be is kept, the runs begin anew: other settings may
     * change the answer.
     */
    async reload(id: string): Promise<Watched | undefined> {
      const [row] = await read(app.db, eq(monitors.id, id), 1)
      if (!row) return undefined
      const fresh = watchedOf(row, app.vault)
      const known = byId.get(id)
      if (known?.enabled && fresh.enabled) {
        const { health, status, since, interval_from, checked_at, last } = known
        Object.assign(fresh, {
          health: newHealth(health.known, health.interval),
          status,
          since,
          interval_from,
          checked_at,
          last,
        })
      }
      put(fresh)
      return fresh
    },
  }
}
export type Roster = ReturnType<typeof createRoster>
