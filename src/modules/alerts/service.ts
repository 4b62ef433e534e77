import { and, asc, desc, eq } from 'drizzle-orm'
import { envelope } from '#db/query'
import { alerts, pages } from '#db/schema/alerts'
import { incidents } from '#db/schema/engine'
import { found } from '#kernel/change'
import type { Ctx } from '#kernel/context'
import type { ListQuery } from './schema'

const select = ({ db }: Ctx) =>
  db
    .select({ alert: alerts, incident_title: incidents.title })
    .from(alerts)
    .innerJoin(incidents, eq(incidents.id, alerts.incident_id))

/** What was decided about incidents, newest first. */
export async function list(ctx: Ctx, { status, incident_id, policy_id, page, per_page }: ListQuery) {
  const where = and(
    eq(alerts.tenant_id, ctx.tenant.id),
    status ? eq(alerts.status, status) : undefined,
    incident_id ? eq(alerts.incident_id, incident_id) : undefined,
    policy_id ? eq(alerts.policy_id, policy_id) : undefined,
  )
  const rows = await select(ctx)
    .where(where)
    .orderBy(desc(alerts.created_at), desc(alerts.id))
    .limit(per_page)
    .offset((page - 1) * per_page)
  const items = rows.map(({ alert, incident_title }) => ({ ...alert, incident_title }))
  return envelope(items, await ctx.db.$count(alerts, where), { page, per_page })
}

/** One alert with everybody that its steps called. */
export async function get(ctx: Ctx, id: string) {
  const where = and(eq(alerts.id, id), eq(alerts.tenant_id, ctx.tenant.id))
  const { alert, incident_title } = found(await select(ctx).where(where))
  const called = await ctx.db
    .select()
    .from(pages)
    .where(eq(pages.alert_id, id))
    .orderBy(asc(pages.created_at), asc(pages.id))
  const own = called.map(({ tenant_id: _, alert_id: __, incident_id: ___, ...page }) => page)
  return { ...alert, incident_title, pages: own }
}
