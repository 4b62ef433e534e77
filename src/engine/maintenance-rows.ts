import { and, asc, eq, isNotNull, lte, sql } from 'drizzle-orm'
import type { MaintenanceScope } from '#contract/oncall'
import type { IntervalStatus } from '#contract/statuses'
import type { Reader, Writer } from '#db/client'
import { state_intervals, monitor_states as states } from '#db/schema/engine'
import { heartbeats } from '#db/schema/heartbeats'
import { maintenance_windows as windows } from '#db/schema/maintenance'
import { monitors } from '#db/schema/monitors'
import { closeIntervals } from '#engine/record'
import { isoAt } from '#kernel/clock'
import { occurrenceAfter, type Plan } from '#oncall/maintenance'

export type Row = typeof windows.$inferSelect
type Times = Pick<Row, 'active_from' | 'active_until' | 'next_from' | 'next_until' | 'next_at'>

const ms = (iso: string | null) => (iso === null ? null : Date.parse(iso))
export const planOf = (row: Pick<Row, 'starts_at' | 'ends_at' | 'rrule' | 'duration_s' | 'timezone'>): Plan => ({
  ...row,
  starts_at: Date.parse(row.starts_at),
  ends_at: ms(row.ends_at),
})

/**
 * When a window lasts and comes again, seen from a moment: the occurrence that is under way is told from the ones to come.
 * `over`: the beginning of one that was ended early. Pure.
 */
export function timesOf(plan: Plan, now: number, over?: number): Times {
  const first = occurrenceAfter(plan, now)
  const active = first && first.from <= now && first.from !== over ? first : undefined
  const next = first && first.from <= now ? occurrenceAfter({ ...plan, ends_at: null }, first.until) : first
  const at = active?.until ?? next?.from
  return {
    active_from: active ? isoAt(active.from) : null,
    active_until: active ? isoAt(active.until) : null,
    next_from: next ? isoAt(next.from) : null,
    next_until: next ? isoAt(next.until) : null,
    next_at: at === undefined ? null : isoAt(at),
  }
}

export const activeOf = (db: Reader, tenant_id?: string): Promise<Row[]> =>
  db
    .select()
    .from(windows)
    .where(and(isNotNull(windows.active_from), tenant_id === undefined ? undefined : eq(windows.tenant_id, tenant_id)))
    // Of two at once the one that ends last is named.
    .orderBy(asc(windows.active_until))

export const dueBy = (db: Reader, now: number): Promise<Row[]> =>
  db
    .select()
    .from(windows)
    .where(and(isNotNull(windows.next_at), lte(windows.next_at, isoAt(now))))
    .orderBy(asc(windows.next_at))
    .limit(50)
export async function nextDue(db: Reader): Promise<number | undefined> {
  const [row] = await db
    .select({ at: windows.next_at })
    .from(windows)
    .where(isNotNull(windows.next_at))
    .orderBy(asc(windows.next_at))
    .limit(1)
  return row?.at ? Date.parse(row.at) : undefined
}

const tagged = (column: typeof monitors.tags | typeof heartbeats.tags, tags: string[]) =>
  sql`exists (select 1 from json_each(${column}) tag where tag.value in (select value from json_each(${JSON.stringify(tags)})))`
const among = (ids: string[]) => sql`(select value from json_each(${JSON.stringify(ids)}))`

/** The monitors of a workspace that a window is about; those that are paused rest anyway. */
export const monitorsIn = (
  db: Reader,
  tenant_id: string,
  { all, monitor_ids = [], tags = [] }: MaintenanceScope,
  only?: string,
) =>
  db
    .select({ number: monitors.number })
    .from(monitors)
    .where(
      and(
        eq(monitors.tenant_id, tenant_id),
        only === undefined ? undefined : eq(monitors.id, only),
        all ? undefined : sql`(${monitors.id} in ${among(monitor_ids)} or ${tagged(monitors.tags, tags)})`,
      ),
    )
export const heartbeatsIn = (
  db: Reader,
  tenant_id: string,
  { all, heartbeat_ids = [], tags = [] }: MaintenanceScope,
  only?: string,
) =>
  db
    .select({ id: heartbeats.id })
    .from(heartbeats)
    .where(
      and(
        eq(heartbeats.tenant_id, tenant_id),
        only === undefined ? undefined : eq(heartbeats.id, only),
        all ? undefined : sql`(${heartbeats.id} in ${among(heartbeat_ids)} or ${tagged(heartbeats.tags, tags)})`,
      ),
    )

/** Those that are filed under maintenance. */
export async function maintainedNow(db: Reader): Promise<number[]> {
  const rows = await db.select({ number: states.monitor }).from(states).where(isNotNull(states.maintained_since))
  return rows.map(({ number }) => number)
}
/** From these moments on monitors are worked on, or not any more. */
export async function mark(db: Writer, some: { number: number; since: number | null }[]): Promise<void> {
  const rows = some.map(({ number, since }) => ({
    ...{ monitor: number, status: 'pending' as const, since: isoAt(since ?? 0) },
    maintained_since: since === null ? null : isoAt(since),
  }))
  if (rows.length === 0) return
  await db
    .insert(states)
    .values(rows)
    .onConflictDoUpdate({ target: states.monitor, set: { maintained_since: sql`excluded.maintained_since` } })
}

type Begun = { number: number; from: number; status: IntervalStatus | null }
/** From these moments on monitors are in these states. */
export async function beginIntervals(db: Writer, begun: Begun[]): Promise<void> {
  await closeIntervals(
    db,
    begun.map(({ number, from }) => [number, from]),
  )
  const rows = begun.flatMap(({ number, from, status }) =>
    status === null ? [] : [{ monitor: number, status, from: isoAt(from), reason: null }],
  )
  if (rows.length > 0) await db.insert(state_intervals).values(rows)
}

type Subject = { tenant_id: string; monitor_id: string | null; heartbeat_id: string | null }
/** The window that something is in at a moment, or will be as far as is known now. */
export async function windowAt(db: Reader, { tenant_id, monitor_id, heartbeat_id }: Subject, at: number) {
  const rows = await db
    .select()
    .from(windows)
    .where(and(eq(windows.tenant_id, tenant_id), isNotNull(windows.next_at)))
  for (const row of rows) {
    const occurrence = occurrenceAfter(planOf(row), at)
    if (!occurrence || occurrence.from > at) continue
    // One that was ended early is over.
    if (row.active_from === null && row.next_from !== null && at < Date.parse(row.next_from)) continue
    const found = monitor_id
      ? await monitorsIn(db, tenant_id, row.scope, monitor_id)
      : await heartbeatsIn(db, tenant_id, row.scope, heartbeat_id ?? undefined)
    if (found.length > 0) return row
  }
  return undefined
}

type Key = { tenant_id: string; id: string }
const keyed = ({ tenant_id, id }: Key) => and(eq(windows.tenant_id, tenant_id), eq(windows.id, id))
/** What people decide about windows; when they begin and end is decided here. */
export const insertWindow = (db: Writer, row: typeof windows.$inferInsert) => db.insert(windows).values(row).returning()
export const changeWindow = (db: Writer, key: Key, set: Partial<Row>) =>
  db.update(windows).set(set).where(keyed(key)).returning()
export const deleteWindow = (db: Writer, key: Key) => db.delete(windows).where(keyed(key)).returning()
