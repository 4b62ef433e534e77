import type { MonitorStatus } from '#contract/statuses'
import type { Component, status_pages } from '#db/schema/status-pages'
import { daysOf, type Span, secondsIn, spansOf, uptimeOf } from '#engine/uptime'
import type { Ctx } from '#kernel/context'
import { type Day, lastDays } from '#kernel/days'
import { type Standing, standing } from '#modules/monitors/service'
import { incidentsOf } from './incidents'
import type { ComponentView, IncidentView, PageView, PublicStatus } from './schema'

export type Page = typeof status_pages.$inferSelect
/** Everything a rendered page shows; `page` is what the API answers. */
export type Model = { page: PageView; incidents: IncidentView[]; theme: Page['theme']; timezone: string; since: string }

const DAYS = 90

/** What the monitors of a component say together. Those that are paused or not yet judged say nothing. */
export function together(statuses: MonitorStatus[]): PublicStatus {
  const judged = statuses.filter((one) => one !== 'paused' && one !== 'pending' && one !== 'unknown')
  if (judged.length === 0) return 'unknown'
  const down = judged.filter((one) => one === 'down').length
  if (down > 0) return down === judged.length ? 'major_outage' : 'partial_outage'
  return judged.includes('degraded') ? 'degraded' : judged.includes('maintenance') ? 'maintenance' : 'operational'
}

/** What the components say together: an outage of everything is major, of something partial. */
export function overall(statuses: PublicStatus[]): PublicStatus {
  const judged = statuses.filter((one) => one !== 'unknown')
  if (judged.length === 0) return 'unknown'
  if (judged.every((one) => one === 'major_outage')) return 'major_outage'
  if (judged.some((one) => one === 'major_outage' || one === 'partial_outage')) return 'partial_outage'
  return judged.includes('degraded') ? 'degraded' : judged.includes('maintenance') ? 'maintenance' : 'operational'
}

/** Times in which at least one monitor was down, without overlaps: two at once are not down twice as long. */
export function downOf(spans: Span[]): Span[] {
  const merged: Span[] = []
  const downs = spans.filter(({ status }) => status === 'down').sort((a, b) => a.from - b.from)
  for (const span of downs) {
    const last = merged.at(-1)
    if (last && span.from <= last.until) last.until = Math.max(last.until, span.until)
    else merged.push({ ...span })
  }
  return merged
}

type Facts = { byId: Map<string, Standing>; spans: Map<number, Span[]>; calendar: Day[] }

function componentView(component: Component, { byId, spans, calendar }: Facts): ComponentView {
  const monitors = component.monitor_ids.flatMap((id) => byId.get(id) ?? [])
  const own = monitors.flatMap(({ number }) => spans.get(number) ?? [])
  const downs = downOf(own)
  const days = daysOf(own, calendar).map(({ date, status }, i) => {
    const { from = 0, until = 0 } = calendar[i] ?? {}
    return { date, status, down_s: Math.round(secondsIn(downs, from, until).down) }
  })
  const times = monitors.flatMap(({ response_time_ms }) => response_time_ms ?? [])
  const mean = times.length > 0 ? Math.round(times.reduce((sum, one) => sum + one, 0) / times.length) : null
  const { id, name, description, show_uptime, show_response_time } = component
  const whole = secondsIn(own, calendar[0]?.from ?? 0, calendar.at(-1)?.until ?? 0)
  return {
    id,
    name,
    description,
    status: together(monitors.map(({ status }) => status)),
    uptime_90d: show_uptime ? uptimeOf(whole) : null,
    days: show_uptime ? days : [],
    response_time_ms: show_response_time ? mean : null,
  }
}

/** Groups in the order in which they first appear; components without one stand alone at their place. */
const grouped = (components: Component[], views: ComponentView[]) =>
  [...Map.groupBy(views, (_, i) => components[i]?.group ?? null)].map(([name, members]) => ({
    name,
    components: members,
  }))

/** The page as it stands now: a handful of queries, however many monitors it shows. */
export async function modelOf(ctx: Ctx, row: Page): Promise<Model> {
  const { slug, title, description, components, theme, timezone } = row
  const calendar = lastDays(timezone, ctx.now(), DAYS)
  const monitors = await standing(ctx, [...new Set(components.flatMap(({ monitor_ids }) => monitor_ids))])
  const spans = await spansOf(
    ctx.db,
    monitors.map(({ number }) => number),
    calendar[0]?.from ?? 0,
  )
  const facts = { byId: new Map(monitors.map((one) => [one.id, one])), spans, calendar }
  const views = components.map((one) => componentView(one, facts))
  const incidents = await incidentsOf(ctx, components)
  const changes = [row.updated_at, ...monitors.flatMap(({ since }) => since ?? []), ...incidents.flatMap(lastUpdate)]
  const page = {
    slug,
    title,
    description,
    status: overall(views.map(({ status }) => status)),
    updated_at: changes.sort().at(-1) ?? row.updated_at,
    groups: grouped(components, views),
    incidents: incidents.filter(({ status }) => status !== 'resolved'),
  }
  return { page, incidents, theme, timezone, since: calendar[0]?.date ?? '' }
}

const lastUpdate = ({ resolved_at, acknowledged_at, opened_at }: IncidentView) =>
  resolved_at ?? acknowledged_at ?? opened_at
