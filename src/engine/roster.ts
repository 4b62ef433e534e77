import { and, eq, gt, isNull, type SQL, sql } from 'drizzle-orm'
import type { IntervalStatus, MonitorStatus } from '#contract/statuses'
import { incidents, monitor_states, state_intervals } from '#db/schema/engine'
import { monitors } from '#db/schema/monitors'
import { type Health, newHealth } from '#engine/advance'
import { createLinks } from '#engine/links'
import { quorumOf } from '#engine/quorum'
import { createRegionNumbers, type RegionNumbers } from '#engine/region-numbers'
import { seriesOf } from '#engine/series'
import { isPassive, type Last, LOCAL, type Site, versionOf, type Watched } from '#engine/watched'
import type { App } from '#kernel/context'
import { opened } from '#kernel/settings'
import { probeOf } from '#probes/index'

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
  regions: monitors.regions,
  region_quorum: monitors.region_quorum,
  parents: monitors.parents,
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

/** All that match, in slices, with a turn of the loop in between. */
async function* slices(db: Core['db'], where: SQL | undefined): AsyncGenerator<Row[]> {
  for (let last = 0; ; ) {
    const rows = await read(db, and(gt(monitors.number, last), where), PAGE)
    yield rows
    if (rows.length < PAGE) return
    last = rows.at(-1)!.number
    await new Promise((next) => setImmediate(next))
  }
}

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

function watchedOf(row: Row, { vault, clock }: Core, numbers: RegionNumbers): Watched {
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
    interval_from: ms(row.interval_from) ?? 0,
    checked_at: ms(row.checked_at),
    last: lastOf(row),
  }
}

/** What was proved of a monitor before it was changed is kept; the runs begin anew, since other settings may change the answer. */
function inherit(fresh: Watched, from: Watched) {
  const { known, interval_status, status, since, interval_from, checked_at, last } = from
  Object.assign(fresh, { known, interval_status, status, since, interval_from, checked_at, last })
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

/** All monitors with their current state, in memory: no check and no list needs a query for it. */
export function createRoster(app: Core, onStatus: (watched: Watched) => void = () => {}) {
  const numbers = createRegionNumbers(app)
  const links = createLinks()
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
    links.remove(known)
    count(known.tenant_id, known.status, -1)
    return known
  }
  function put(watched: Watched) {
    remove(watched.id)
    byNumber.set(watched.number, watched)
    byId.set(watched.id, watched)
    links.put(watched)
    count(watched.tenant_id, watched.status, 1)
  }

  async function admit(row: Row): Promise<Watched> {
    await numbers.ensure(
      row.tenant_id,
      row.regions.filter((name) => name !== LOCAL),
    )
    const fresh = watchedOf(row, app, numbers)
    const known = byId.get(row.id)
    if (known?.enabled && fresh.enabled) inherit(fresh, known)
    put(fresh)
    return fresh
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
        onStatus(watched)
      }
    },
    counts: (tenant_id: string): Counts => ({ ...noCounts(), ...tenants.get(tenant_id) }),
    regions: numbers,
    childrenOf: links.childrenOf,
    groupsWith: links.groupsWith,
    checkedFrom: links.checkedFrom,
    /** Everything, in slices, so that the API answers meanwhile. */
    async load() {
      await numbers.load()
      for await (const rows of slices(app.db, undefined)) for (const row of rows) await admit(row)
    },
    /** One monitor as it is stored now. */
    async reload(id: string): Promise<Watched | undefined> {
      const [row] = await read(app.db, eq(monitors.id, id), 1)
      return row && (await admit(row))
    },
    /** Many of one workspace as they are stored now; answers those that exist. */
    async reloadMany(tenant_id: string, which: SQL): Promise<Watched[]> {
      const found: Watched[] = []
      for await (const rows of slices(app.db, and(eq(monitors.tenant_id, tenant_id), which)))
        for (const row of rows) found.push(await admit(row))
      return found
    },
  }
}
export type Roster = ReturnType<typeof createRoster>
