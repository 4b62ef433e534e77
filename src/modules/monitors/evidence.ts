import { and, count, desc, eq, inArray } from 'drizzle-orm'
import { envelope, type Page } from '#db/query'
import { incidents, incident_timeline as timeline } from '#db/schema/engine'
import type { Ctx } from '#kernel/context'
import { load } from './view'

const kinds = ['detected', 'recovered'] as const

/** What is kept of one look at the target: written by the engine, read tolerantly. */
const kept = (data: Record<string, unknown> | null, name: string) => {
  const value = data?.[name]
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
}
const textOf = (value: unknown) => (typeof value === 'string' ? value : null)
const numberOf = (value: unknown) => (typeof value === 'number' ? value : null)

/** What was seen when the monitor went down and when it came back, newest first. */
export async function evidence(ctx: Ctx, id: string, page: Page) {
  await load(ctx, id)
  const where = and(
    eq(incidents.tenant_id, ctx.tenant.id),
    eq(incidents.monitor_id, id),
    inArray(timeline.kind, [...kinds]),
  )
  const rows = await ctx.db
    .select({
      at: timeline.at,
      kind: timeline.kind,
      incident_id: incidents.id,
      message: timeline.message,
      data: timeline.data,
    })
    .from(timeline)
    .innerJoin(incidents, eq(incidents.id, timeline.incident_id))
    .where(where)
    .orderBy(desc(timeline.at), desc(timeline.id))
    .limit(page.per_page)
    .offset((page.page - 1) * page.per_page)
  const [counted] = await ctx.db
    .select({ total: count() })
    .from(timeline)
    .innerJoin(incidents, eq(incidents.id, timeline.incident_id))
    .where(where)
  const items = rows.map(({ data, ...row }) => ({
    ...row,
    reason: textOf(data?.reason),
    response_time_ms: numberOf(data?.response_time_ms),
    phases: kept(data, 'phases'),
    evidence: kept(data, 'evidence'),
  }))
  return envelope(items, counted?.total ?? 0, page)
}
