import { and, eq, inArray } from 'drizzle-orm'
import type { MaintenanceScope } from '#contract/oncall'
import { heartbeats } from '#db/schema/heartbeats'
import type { maintenance_windows } from '#db/schema/maintenance'
import { monitors } from '#db/schema/monitors'
import { isoAt } from '#kernel/clock'
import type { Ctx } from '#kernel/context'
import { isZone } from '#kernel/days'
import { invalid } from '#kernel/fail'
import { faultsOf } from '#kernel/faults'
import { faultOfRule, occurrenceAfter, overlapsItself, type Plan } from '#oncall/maintenance'
import { MOST_S, Scope } from './schema'

type Row = typeof maintenance_windows.$inferSelect
/** What people decide about a window. */
export type Wanted = Pick<
  Row,
  | 'name'
  | 'description'
  | 'scope'
  | 'starts_at'
  | 'ends_at'
  | 'rrule'
  | 'duration_s'
  | 'timezone'
  | 'notify_subscribers'
>
type Faults = Record<string, string>

async function scopeOf(ctx: Ctx, given: unknown, faults: Faults): Promise<MaintenanceScope> {
  const wrong = faultsOf(Scope, given, 'scope')
  Object.assign(faults, wrong)
  if (Object.keys(wrong).length > 0) return {}
  // Safe: just checked.
  const scope = given as MaintenanceScope
  const { all, monitor_ids = [], heartbeat_ids = [], tags = [] } = scope
  const named = monitor_ids.length + heartbeat_ids.length + tags.length
  if (all && named > 0) faults.scope = 'is everything, or what is named: not both'
  if (!all && named === 0) faults.scope = 'must name monitors, heartbeats or tags, or be all'
  const own = async (table: typeof monitors | typeof heartbeats, ids: string[], field: string) => {
    if (ids.length === 0) return
    const rows = await ctx.db
      .select({ id: table.id })
      .from(table)
      .where(and(eq(table.tenant_id, ctx.tenant.id), inArray(table.id, ids)))
    const known = new Set(rows.map(({ id }) => id))
    for (const [i, id] of ids.entries())
      if (!known.has(id)) faults[`scope.${field}.${i}`] = `is not a ${field.split('_')[0]} of this workspace`
  }
  await own(monitors, monitor_ids, 'monitor_ids')
  await own(heartbeats, heartbeat_ids, 'heartbeat_ids')
  return all ? { all: true } : { monitor_ids, heartbeat_ids, tags }
}

const planOf = ({ starts_at, ends_at, rrule, duration_s, timezone }: Wanted): Plan => ({
  ...{ starts_at: Date.parse(starts_at), ends_at: ends_at === null ? null : Date.parse(ends_at) },
  ...{ rrule, duration_s, timezone },
})

function onceFaults({ starts_at, ends_at, duration_s }: Wanted, now: number, faults: Faults) {
  if (duration_s !== null) faults.duration_s = 'belongs to a window that recurs: say `ends_at`'
  if (ends_at === null) faults.ends_at = 'is required, or `rrule` with `duration_s`'
  else if (Date.parse(ends_at) <= Date.parse(starts_at)) faults.ends_at = 'must be after starts_at'
  else if (Date.parse(ends_at) - Date.parse(starts_at) > MOST_S * 1_000) faults.ends_at = 'must be within 31 days'
  else if (Date.parse(ends_at) <= now) faults.ends_at = 'is over already'
}
function recurringFaults(wanted: Wanted, rrule: string, now: number, faults: Faults) {
  const fault = faultOfRule(rrule)
  if (fault) faults.rrule = fault
  if (wanted.ends_at !== null) faults.ends_at = 'belongs to a window that does not recur: say `duration_s`'
  if (wanted.duration_s === null) faults.duration_s = 'is required of a window that recurs'
  if (!isZone(wanted.timezone ?? '')) faults.timezone = 'is not a time zone such as Europe/Berlin'
  if (Object.keys(faults).length > 0) return
  const plan = planOf(wanted)
  if (!occurrenceAfter(plan, now)) faults.rrule = 'never comes again'
  else if (overlapsItself(plan)) faults.duration_s = 'is longer than the time until it comes again'
}

const timing = ['starts_at', 'ends_at', 'rrule', 'duration_s', 'timezone'] as const
/** Whether it would last at other times. */
export const isRetimed = (before: Wanted, after: Wanted) => timing.some((field) => before[field] !== after[field])

/** A window as it would be stored; throws what is wrong with it, by field. `before`: of one that is changed, what it was. */
export async function checked(
  ctx: Ctx,
  wanted: Omit<Wanted, 'scope'> & { scope: unknown },
  before?: Wanted,
): Promise<Wanted> {
  const faults: Faults = {}
  const scope = await scopeOf(ctx, wanted.scope, faults)
  const timezone = wanted.rrule === null ? null : (wanted.timezone ?? ctx.tenant.timezone)
  // Instants may be sent with an offset; they are kept as they are shown.
  const at = (iso: string) => isoAt(Date.parse(iso))
  const ends_at = wanted.ends_at === null ? null : at(wanted.ends_at)
  const whole: Wanted = { ...wanted, scope, timezone, starts_at: at(wanted.starts_at), ends_at }
  // The name of one that is over may still be changed.
  if (before && !isRetimed(before, whole)) {
    if (Object.keys(faults).length > 0) throw invalid(faults)
    return whole
  }
  if (whole.rrule === null) onceFaults(whole, ctx.now(), faults)
  else recurringFaults(whole, whole.rrule, ctx.now(), faults)
  if (Object.keys(faults).length > 0) throw invalid(faults)
  return whole
}
