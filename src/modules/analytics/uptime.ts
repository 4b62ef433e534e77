import { and, eq, gte, lt, sql } from 'drizzle-orm'
import { envelope } from '#db/query'
import { incidents } from '#db/schema/engine'
import { type Seconds, uptimeOf } from '#engine/uptime'
import { addSeconds, noSeconds, secondsByDay, secondsByMonitor } from '#engine/uptime-totals'
import { isoAt } from '#kernel/clock'
import type { Ctx } from '#kernel/context'
import { daysBetween } from '#kernel/days'
import type { UptimeQuery } from './schema'
import { monitorsOf, spanOf, tagsOf, type Which } from './which'

type Span = { from: number; until: number }
type Item = { key: string; name?: string; seconds: Seconds; incidents: number }

const shown = (s: Seconds, count: number) => ({
  up_s: Math.round(s.up),
  degraded_s: Math.round(s.degraded),
  down_s: Math.round(s.down),
  maintenance_s: Math.round(s.maintenance),
  unknown_s: Math.round(s.unknown),
  paused_s: Math.round(s.paused),
  uptime: uptimeOf(s),
  incidents: count,
})
const sumOf = (all: Iterable<Seconds>) => {
  const sum = noSeconds()
  for (const one of all) addSeconds(sum, one)
  return sum
}

const opened = (ctx: Ctx, { from, until }: Span) =>
  and(
    eq(incidents.tenant_id, ctx.tenant.id),
    eq(incidents.source_type, 'monitor'),
    gte(incidents.opened_at, isoAt(from)),
    lt(incidents.opened_at, isoAt(until)),
  )
/** How many incidents of each of these monitors opened in that time. */
async function incidentsByMonitor(ctx: Ctx, span: Span, which: Which[]): Promise<Map<string, number>> {
  const rows = await ctx.db
    .select({ id: incidents.monitor_id, count: sql<number>`count(*)` })
    .from(incidents)
    .where(opened(ctx, span))
    .groupBy(incidents.monitor_id)
  const known = new Map(rows.map(({ id, count }) => [id, count]))
  return new Map(which.map(({ id }) => [id, known.get(id) ?? 0]))
}

/** The one that worked the least comes first; what was never judged comes last. */
const worstFirst = (a: Item, b: Item) =>
  (uptimeOf(a.seconds) ?? 2) - (uptimeOf(b.seconds) ?? 2) || ((a.name ?? a.key) < (b.name ?? b.key) ? -1 : 1)

async function byMonitor(ctx: Ctx, query: UptimeQuery, span: Span) {
  const which = await monitorsOf(ctx, query)
  const seconds = await secondsByMonitor(
    ctx.db,
    which.map(({ number }) => number),
    span.from,
    span.until,
  )
  const counts = await incidentsByMonitor(ctx, span, which)
  const items = which.map(
    ({ number, id, name }): Item => ({
      key: id,
      name,
      seconds: seconds.get(number)!,
      incidents: counts.get(id) ?? 0,
    }),
  )
  return { which, items: items.sort(worstFirst), total: sumOf(seconds.values()) }
}

async function byTag(ctx: Ctx, query: UptimeQuery, span: Span) {
  const single = await byMonitor(ctx, query, span)
  const byId = new Map(single.items.map((item) => [item.key, item]))
  const byNumber = new Map(single.which.map(({ number, id }) => [number, byId.get(id)!]))
  const items = [...(await tagsOf(ctx, query))].map(([key, numbers]): Item => {
    const own = numbers.flatMap((number) => byNumber.get(number) ?? [])
    return {
      key,
      seconds: sumOf(own.map(({ seconds }) => seconds)),
      incidents: own.reduce((sum, item) => sum + item.incidents, 0),
    }
  })
  return { items: items.sort(worstFirst), total: single.total, incidents: countOf(single.items) }
}

const countOf = (items: Item[]) => items.reduce((sum, item) => sum + item.incidents, 0)

async function byDay(ctx: Ctx, query: UptimeQuery, span: Span) {
  const which = await monitorsOf(ctx, query)
  const days = daysBetween(ctx.tenant.timezone, span.from, span.until)
  const seconds = await secondsByDay(
    ctx.db,
    which.map(({ number }) => number),
    days,
  )
  const ids = new Set(which.map(({ id }) => id))
  const rows = await ctx.db
    .select({ id: incidents.monitor_id, at: sql<number>`${incidents.opened_at}` })
    .from(incidents)
    .where(opened(ctx, span))
    .orderBy(incidents.opened_at)
  const times = rows.filter(({ id }) => id !== null && ids.has(id)).map(({ at }) => at)
  const items = days.map(
    ({ date, from, until }, i): Item => ({
      key: date,
      seconds: seconds[i]!,
      incidents: times.filter((at) => at >= from && at < until).length,
    }),
  )
  return { items, total: sumOf(seconds) }
}

/** How long what was up, degraded, down and so on: each state apart, weighted by time. */
export async function uptime(ctx: Ctx, query: UptimeQuery) {
  const { group_by = 'monitor', page, per_page } = query
  const span = spanOf(ctx, query)
  const read = { monitor: byMonitor, tag: byTag, day: byDay }[group_by]
  const found: { items: Item[]; total: Seconds; incidents?: number } = await read(ctx, query, span)
  const items = found.items.slice((page - 1) * per_page, page * per_page)
  return {
    ...envelope(
      items.map(({ seconds, incidents: count, ...item }) => ({ ...item, ...shown(seconds, count) })),
      found.items.length,
      { page, per_page },
    ),
    from: isoAt(span.from),
    to: isoAt(span.until),
    totals: shown(found.total, found.incidents ?? countOf(found.items)),
  }
}
