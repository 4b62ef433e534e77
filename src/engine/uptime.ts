import { sql } from 'drizzle-orm'
import type { IntervalStatus } from '#contract/statuses'
import type { Reader } from '#db/client'
import { state_intervals } from '#db/schema/engine'
import type { Engine } from '#engine/index'
import { theseMonitors, touching } from '#engine/uptime-rows'
import type { Day as CalendarDay } from '#kernel/days'

/** One state interval in milliseconds; the open one ends at `Infinity`. */
export type Span = { status: IntervalStatus; from: number; until: number }
export type Seconds = Record<IntervalStatus, number>
export type Day = {
  date: string
  uptime: number | null
  down_s: number
  degraded_s: number
  maintenance_s: number
  unknown_s: number
  status: 'up' | 'degraded' | 'down' | 'maintenance' | 'none'
}
export type Window = { uptime: number | null; down_s: number }
export type UptimeReport = { windows: Record<'24h' | '7d' | '30d' | '90d', Window>; days: Day[] }

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

/** How long each state lasted within the window; what no interval covers counts for nothing. */
export function secondsIn(spans: Span[], from: number, until: number): Seconds {
  const ms: Seconds = { up: 0, degraded: 0, down: 0, maintenance: 0, paused: 0, unknown: 0 }
  for (const span of spans) {
    const overlap = Math.min(span.until, until) - Math.max(span.from, from)
    if (overlap > 0) ms[span.status] += overlap
  }
  return { ...ms, ...Object.fromEntries(Object.entries(ms).map(([status, value]) => [status, value / 1_000])) }
}

/** The share of judged time that was up or degraded. Maintenance, pauses and unknown time are left out; null without any judged time. */
export function uptimeOf({ up, degraded, down }: Seconds): number | null {
  const judged = up + degraded + down
  return judged > 0 ? (up + degraded) / judged : null
}

function statusOf(s: Seconds): Day['status'] {
  if (s.down > 0) return 'down'
  if (s.degraded > 0) return 'degraded'
  if (s.maintenance > 0) return 'maintenance'
  return s.up > 0 ? 'up' : 'none'
}

/** One entry for each calendar day, in the time zone the days were made for (`lastDays` of the kernel). */
export function daysOf(spans: Span[], calendar: CalendarDay[]): Day[] {
  return calendar.map(({ date, from, until }) => {
    const s = secondsIn(spans, from, until)
    return {
      date,
      uptime: uptimeOf(s),
      down_s: Math.round(s.down),
      degraded_s: Math.round(s.degraded),
      maintenance_s: Math.round(s.maintenance),
      unknown_s: Math.round(s.unknown),
      status: statusOf(s),
    }
  })
}

const windowOf = (spans: Span[], span_ms: number, now: number): Window => {
  const s = secondsIn(spans, now - span_ms, now)
  return { uptime: uptimeOf(s), down_s: Math.round(s.down) }
}

/** One letter per hour of the last 24, oldest first: u up, d degraded, x down, m maintenance, p paused, n no data. The worst of the hour wins. */
export function hoursOf(spans: Span[], now: number): string {
  const last = Math.floor(now / HOUR_MS)
  let letters = ''
  for (let hour = last - 23; hour <= last; hour++) {
    const s = secondsIn(spans, hour * HOUR_MS, Math.min((hour + 1) * HOUR_MS, now))
    letters += s.down ? 'x' : s.degraded ? 'd' : s.up ? 'u' : s.maintenance ? 'm' : s.paused ? 'p' : 'n'
  }
  return letters
}

/** The intervals of the given monitors that touch the time since `since`, by monitor, oldest first. */
export async function spansOf(db: Reader, numbers: number[], since: number): Promise<Map<number, Span[]>> {
  const found = new Map<number, Span[]>(numbers.map((number) => [number, []]))
  if (numbers.length === 0) return found
  const rows = await db
    .select({
      monitor: state_intervals.monitor,
      status: state_intervals.status,
      // As stored: thousands of ISO texts would be made only to be parsed again.
      from: sql<number>`${state_intervals.from}`,
      until: sql<number | null>`${state_intervals.until}`,
    })
    .from(theseMonitors(numbers))
    .innerJoin(state_intervals, touching(since))
    .orderBy(state_intervals.monitor, state_intervals.from)
  for (const { monitor, status, from, until } of rows)
    found.get(monitor)?.push({ status, from, until: until ?? Number.POSITIVE_INFINITY })
  return found
}

export async function uptimeReport(
  db: Reader,
  number: number,
  calendar: CalendarDay[],
  now: number,
): Promise<UptimeReport> {
  const since = Math.min(calendar[0]?.from ?? now, now - 90 * DAY_MS)
  const spans = (await spansOf(db, [number], since)).get(number) ?? []
  return {
    windows: {
      '24h': windowOf(spans, DAY_MS, now),
      '7d': windowOf(spans, 7 * DAY_MS, now),
      '30d': windowOf(spans, 30 * DAY_MS, now),
      '90d': windowOf(spans, 90 * DAY_MS, now),
    },
    days: daysOf(spans, calendar),
  }
}

export type Summary = { hours: string; response: (number | null)[]; p95_ms: number | null; uptime_30d: number | null }

/** What a page of the monitor list shows about each, in one query on the intervals and one on the history. */
export async function summaries(
  { read, engine }: { read: Reader; engine: Pick<Engine, 'history' | 'seriesOf'> },
  numbers: number[],
  now: number,
): Promise<Map<number, Summary>> {
  const spans = await spansOf(read, numbers, now - 30 * DAY_MS)
  const groups = numbers.map((number) => engine.seriesOf(number).map(({ series }) => series))
  const responses = engine.history.hourly(groups)
  return new Map(
    numbers.map((number, i) => {
      const own = spans.get(number) ?? []
      const { response, p95_ms } = responses[i] ?? { response: [], p95_ms: null }
      return [
        number,
        { hours: hoursOf(own, now), response, p95_ms, uptime_30d: windowOf(own, 30 * DAY_MS, now).uptime },
      ]
    }),
  )
}
