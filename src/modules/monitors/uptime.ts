import { and, asc, eq, gt, inArray, isNull, lt, or, sql } from 'drizzle-orm'
import type { IntervalStatus } from '#contract/statuses'
import type { Reader } from '#db/client'
import { state_intervals as intervals } from '#db/schema/engine'
import { monitors } from '#db/schema/monitors'
import { isoAt } from '#kernel/clock'
import type { Day } from '#kernel/days'

/** One state of one monitor from–until, in milliseconds, cut to the asked period. */
export type Span = { monitor: number; status: IntervalStatus; from: number; until: number }
export type Period = { from: number; until: number }

/** Nobody chose a monitor's seconds in maintenance, paused or unknown: they count for neither side. */
export type Seconds = Record<IntervalStatus, number>

const within = ({ from, until }: Period) =>
  and(lt(intervals.from, isoAt(until)), or(isNull(intervals.until), gt(intervals.until, isoAt(from))))

/** The states of these monitors during a period, oldest first: one query however many they are. */
export async function spansOf(db: Reader, numbers: number[], { from, until }: Period): Promise<Span[]> {
  if (numbers.length === 0) return []
  const rows = await db
    .select({
      monitor: intervals.monitor,
      status: intervals.status,
      from: sql<number>`${intervals.from}`,
      until: sql<number | null>`${intervals.until}`,
    })
    .from(intervals)
    .where(and(inArray(intervals.monitor, numbers), within({ from, until })))
    .orderBy(asc(intervals.from))
  return rows.map((row) => ({ ...row, from: Math.max(row.from, from), until: Math.min(row.until ?? until, until) }))
}

/** Milliseconds of each state over all monitors of a tenant, summed by the database. */
export async function totalOf(db: Reader, tenant_id: string, { from, until }: Period): Promise<Seconds> {
  const rows = await db
    .select({
      status: intervals.status,
      ms: sql<number>`sum(min(coalesce(${intervals.until}, ${until}), ${until}) - max(${intervals.from}, ${from}))`,
    })
    .from(intervals)
    .innerJoin(monitors, eq(monitors.number, intervals.monitor))
    .where(and(eq(monitors.tenant_id, tenant_id), within({ from, until })))
    .groupBy(intervals.status)
  return { ...nothing(), ...Object.fromEntries(rows.map(({ status, ms }) => [status, ms])) }
}

const nothing = (): Seconds => ({ up: 0, degraded: 0, down: 0, maintenance: 0, paused: 0, unknown: 0 })

/** Milliseconds of each state during a period. */
export function tally(spans: Span[], { from, until }: Period): Seconds {
  const sums = nothing()
  for (const span of spans) sums[span.status] += Math.max(0, Math.min(span.until, until) - Math.max(span.from, from))
  return sums
}

/** Share of the judged time in which it worked, 0 to 1; null when nothing was judged. Degraded still works. */
export function ratio({ up, degraded, down }: Seconds): number | null {
  const judged = up + degraded + down
  return judged === 0 ? null : (up + degraded) / judged
}

export const seconds = (ms: number) => Math.round(ms / 1000)

export type DayStatus = 'up' | 'degraded' | 'down' | 'maintenance' | 'none'
const dayStatus = (sums: Seconds): DayStatus =>
  sums.down > 0 ? 'down' : sums.degraded > 0 ? 'degraded' : sums.maintenance > 0 ? 'maintenance' : sums.up > 0 ? 'up' : 'none'

/** One entry for each calendar day. */
export const daily = (spans: Span[], days: Day[]) =>
  days.map((day) => {
    const sums = tally(spans, day)
    return {
      date: day.date,
      uptime: ratio(sums),
      down_s: seconds(sums.down),
      degraded_s: seconds(sums.degraded),
      maintenance_s: seconds(sums.maintenance),
      unknown_s: seconds(sums.unknown),
      status: dayStatus(sums),
    }
  })

const HOUR = 3_600_000
const letters: [IntervalStatus, string][] = [
  ['down', 'x'],
  ['degraded', 'd'],
  ['maintenance', 'm'],
  ['up', 'u'],
  ['paused', 'p'],
]

/** The last 24 clock hours, the running one included. */
export function lastHours(now: number): Period[] {
  const end = (Math.floor(now / HOUR) + 1) * HOUR
  return Array.from({ length: 24 }, (_, i) => ({ from: end - (24 - i) * HOUR, until: Math.min(now, end - (23 - i) * HOUR) }))
}

/** One letter for each hour: the worst that happened in it. */
export const hourly = (spans: Span[], hours: Period[]) =>
  hours
    .map((hour) => {
      const sums = tally(spans, hour)
      return letters.find(([status]) => sums[status] > 0)?.[1] ?? 'n'
    })
    .join('')
