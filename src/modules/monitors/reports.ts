import { and, count, desc, eq, gt, isNull, lt, or } from 'drizzle-orm'
import { envelope } from '#db/query'
import { state_intervals as intervals } from '#db/schema/engine'
import { seriesOf } from '#engine/series'
import { uptimeReport } from '#engine/uptime'
import type { Ctx } from '#kernel/context'
import { lastDays } from '#kernel/days'
import { invalid } from '#kernel/fail'
import { figuresOf } from './figures'
import type { IntervalsQuery, ResultsQuery, TimesQuery } from './schema'
import { load } from './view'

/** Where its checks are filed: from one region, which it need not be checked from any more, or from all it is checked from. */
function filed({ app: { engine }, tenant }: Ctx, number: number, region?: string) {
  const now = engine.seriesOf(number)
  if (region === undefined) return now
  const known = [...engine.regions(tenant.id)].find(([, name]) => name === region)
  if (!known) throw invalid({ region: 'no prober of this workspace ever stood there' })
  return [{ region, series: seriesOf(number, known[0]) }]
}

/** Single checks from one region, newest first. */
export async function results(ctx: Ctx, id: string, { status, region, ...page }: ResultsQuery) {
  const { monitor } = await load(ctx, id)
  const [from] = filed(ctx, monitor.number, region)
  if (!from) return envelope([], 0, page)
  const { items, total } = ctx.app.engine.history.results(from.series, page, status)
  const shown = items.map((item) => ({ ...item, region: from.region }))
  return envelope(shown, total, page)
}

export async function responseTimes(ctx: Ctx, id: string, { range = '24h', region }: TimesQuery) {
  const { monitor } = await load(ctx, id)
  const from = filed(ctx, monitor.number, region).map(({ series }) => series)
  return ctx.app.engine.history.responseTimes(from, range)
}

/** What it was from when to when, newest first: the truth behind every uptime figure. */
export async function stateIntervals(ctx: Ctx, id: string, { from, to, ...page }: IntervalsQuery) {
  const { monitor } = await load(ctx, id)
  if (from && to && Date.parse(from) >= Date.parse(to)) throw invalid({ to: 'must be after from' })
  const where = and(
    eq(intervals.monitor, monitor.number),
    // A kill right after a change leaves one without length: nothing happened in it.
    or(isNull(intervals.until), gt(intervals.until, intervals.from)),
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
  return uptimeReport(ctx.db, monitor.number, lastDays(ctx.tenant.timezone, now, days), now)
}

/** The workspace at a glance. The counts are of this moment; the figures, which read a month, are kept for a while. */
export async function summary(ctx: Ctx) {
  const counts = ctx.app.engine.counts(ctx.tenant.id)
  const total = Object.values(counts).reduce((sum: number, one: number) => sum + one, 0)
  return { counts: { ...counts, total }, ...(await figuresOf(ctx)) }
}
