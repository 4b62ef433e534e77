import { and, eq, gt, isNull, type SQL, sql } from 'drizzle-orm'
import { incidents, monitor_states, state_intervals } from '#db/schema/engine'
import { monitors } from '#db/schema/monitors'
import type { App } from '#kernel/context'

/** What is stored of monitors and their state, as the engine reads it into memory. */

type Db = App['db']
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
export type Row = Awaited<ReturnType<typeof read>>[number]

export const read = (db: Db, where: SQL | undefined, limit: number) =>
  db.read
    .select(columns)
    .from(monitors)
    .leftJoin(monitor_states, eq(monitor_states.monitor, monitors.number))
    .leftJoin(state_intervals, and(eq(state_intervals.monitor, monitors.number), isNull(state_intervals.until)))
    .where(where)
    .orderBy(monitors.number)
    .limit(limit)

/** All that match, in slices, with a turn of the loop in between. */
export async function* slices(db: Db, where: SQL | undefined): AsyncGenerator<Row[]> {
  for (let last = 0; ; ) {
    const rows = await read(db, and(gt(monitors.number, last), where), PAGE)
    yield rows
    if (rows.length < PAGE) return
    last = rows.at(-1)!.number
    await new Promise((next) => setImmediate(next))
  }
}
