import { and, count, desc, eq, gt, isNull, lt, or, sql } from 'drizzle-orm'
import { envelope } from '#db/query'
import { state_intervals as intervals } from '#db/schema/engine'
import { monitors } from '#db/schema/monitors'
import type { App, Ctx } from '#kernel/context'
import { lastDays } from '#kernel/days'
import { invalid } from '#kernel/fail'
import type { Monitor } from './draft'
import type { IntervalsQuery, ResultsQuery, TimesQuery } from './schema'
import { daily, hourly, lastHours, type Period, ratio, seconds, spansOf, tally, totalOf } from './uptime'
import { load, own } from './view'

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** Single checks, newest first. */
export async function results(ctx: Ctx, id: string, { status, ...page }: ResultsQuery) {
  const { monitor } = await load(ctx, id)
  const { items, total } = ctx.app.engine.history.results(monitor.number, page, status)
  return envelope(items, total, page)
}

export async function responseTimes(ctx: Ctx, id: string, { range = '24h' }: TimesQuery) {
  const { monitor } = await load(ctx, id)
  return ctx.app.engine.history.responseTimes(monitor.number, range)
}

/** What it was from when to when, newest first: the truth behind every uptime figure. */
export async function stateIntervals(ctx: Ctx, id: string, { from, to, ...page }: IntervalsQuery) {
  const { monitor } = await load(ctx, id)
  if (from && to && Date.parse(from) >= Date.parse(to)) throw invalid({ to: 'must be after from' })
  const where = and(
    eq(intervals.monitor, monitor.number),
    to ? lt(intervals.from, to) : undefined,
    from ? or(isNull(intervals.until), gt(intervals.until, from)) : undefined,
  )
  const { status, reason, from: begun, until } = intervals
  const items = await ctx.db
    .select({ status, reason, from: begun, until })
    .from(intervals)
    .where(where)
    .orderBy(desc(intervals.from), desc(intervals.seq))
    .limit(page.per_page)
    .offset((page.page - 1) * page.per_page)
  const [counted] = await ctx.db.select({ total: count() }).from(intervals).where(where)
  return envelope(items, counted?.total ?? 0, page)
}

/** Share of the time in which it worked, and what each of the last days was like in the workspace's time zone. */
export async function uptime(ctx: Ctx, id: string, days = 90) {
  const { monitor } = await load(ctx, id)
  const now = ctx.now()
  const calendar = lastDays(ctx.tenant.timezone, now, days)
  const from = Math.min(calendar[0]?.from ?? now, now - 90 * DAY)
  const spans = await spansOf(ctx.db, [monitor.number], { from, until: now })
  const window = (ms: number) => {
    const sums = tally(spans, { from: now - ms, until: now })
    return { uptime: ratio(sums), down_s: seconds(sums.down) }
  }
  return {
    windows: { '24h': window(DAY), '7d': window(7 * DAY), '30d': window(30 * DAY), '90d': window(90 * DAY) },
    days: daily(spans, calendar),
  }
}

/** What a row of the list shows beside the status, for a whole page of monitors in two queries. */
export async function summaries({ app, db, now }: Ctx, rows: { monitor: Monitor }[]) {
  const until = now()
  const numbers = rows.map(({ monitor }) => monitor.number)
  const month: Period = { from: until - 30 * DAY, until }
  const byMonitor = Map.groupBy(await spansOf(db, numbers, month), (span) => span.monitor)
  const response = app.engine.history.hourly(numbers)
  const hours = lastHours(until)
  return new Map(
    numbers.map((number) => {
      const spans = byMonitor.get(number) ?? []
      const times = response.get(number) ?? { response: Array<null>(24).fill(null), p95_ms: null }
      return [number, { hours: hourly(spans, hours), ...times, uptime_30d: ratio(tally(spans, month)) }]
    }),
  )
}

type Figures = { uptime_30d: number | null; response_p95_ms: number | null; checks_per_minute: number }
const figuresOf = new WeakMap<App, Map<string, { until: number; figures: Figures }>>()
const KEPT_MS = 10_000
/** A percentile over more monitors than this is estimated from as many of them, evenly chosen. */
const SAMPLE = 300

async function figures(ctx: Ctx): Promise<Figures> {
  const now = ctx.now()
  const rows = await ctx.db
    .select({ number: monitors.number, interval: sql<number>`${monitors.interval}` })
    .from(monitors)
    .where(and(own(ctx), eq(monitors.enabled, true)))
  const step = Math.max(1, Math.ceil(rows.length / SAMPLE))
  const sample = rows.filter((_, i) => i % step === 0).map(({ number }) => number)
  const total = await totalOf(ctx.db, ctx.tenant.id, { from: now - 30 * DAY, until: now })
  return {
    uptime_30d: ratio(total),
    response_p95_ms: ctx.app.engine.history.p95(sample),
    checks_per_minute: Math.round(rows.reduce((sum, { interval }) => sum + 60 / interval, 0) * 10) / 10,
  }
}

/** The workspace at a glance. The counts are of this moment; the figures, which read a month, are kept for ten seconds. */
export async function summary(ctx: Ctx) {
  const { app, tenant, now } = ctx
  const kept = figuresOf.get(app) ?? new Map<string, { until: number; figures: Figures }>()
  figuresOf.set(app, kept)
  const known = kept.get(tenant.id)
  const fresh = known && known.until > now() ? known.figures : await figures(ctx)
  if (fresh !== known?.figures) kept.set(tenant.id, { until: now() + KEPT_MS, figures: fresh })
  const counts = app.engine.counts(tenant.id)
  const total = Object.values(counts).reduce((sum, one) => sum + one, 0)
  return { counts: { ...counts, total }, ...fresh }
}

