import { and, asc, desc, eq, ne, sql } from 'drizzle-orm'
import { defaultCorrelation } from '#contract/oncall'
import { envelope } from '#db/query'
import { correlation_groups as groups } from '#db/schema/alerts'
import { correlation_settings } from '#db/schema/correlation-groups'
import { incidents } from '#db/schema/engine'
import { change, found } from '#kernel/change'
import type { Ctx } from '#kernel/context'
import * as respond from '#modules/incidents/service'
import type { ListQuery, Note, Settings } from './schema'

type Group = typeof groups.$inferSelect
const view = ({ summary_at: _, summarised: __, ...group }: Group) => group

export async function list(ctx: Ctx, { status, page, per_page }: ListQuery) {
  const where = and(eq(groups.tenant_id, ctx.tenant.id), status ? eq(groups.status, status) : undefined)
  const rows = await ctx.db
    .select()
    .from(groups)
    .where(where)
    .orderBy(desc(groups.opened_at), desc(groups.id))
    .limit(per_page)
    .offset((page - 1) * per_page)
  return envelope(rows.map(view), await ctx.db.$count(groups, where), { page, per_page })
}

/** At most so many members are listed; there are as many as `size` says. */
const LISTED = 1_000

export async function get(ctx: Ctx, id: string) {
  const group = found(
    await ctx.db
      .select()
      .from(groups)
      .where(and(eq(groups.id, id), eq(groups.tenant_id, ctx.tenant.id))),
  )
  const { title, status, severity, monitor_id, opened_at, resolved_at } = incidents
  const members = await ctx.db
    .select({ id: incidents.id, title, status, severity, monitor_id, opened_at, resolved_at })
    .from(incidents)
    .where(and(eq(incidents.group_id, id), sql`${incidents.group_id} is not null`))
    .orderBy(asc(opened_at), asc(incidents.id))
    .limit(LISTED)
  return { ...view(group), incidents: members }
}

const openOf = (ctx: Ctx, id: string) =>
  ctx.db
    .select({ id: incidents.id })
    .from(incidents)
    .where(and(eq(incidents.group_id, id), sql`${incidents.group_id} is not null`, ne(incidents.status, 'resolved')))
    .orderBy(asc(incidents.opened_at), asc(incidents.id))

/** Somebody takes care of all of it: each incident of the group that is open. */
export async function acknowledge(ctx: Ctx, id: string, note: Note) {
  await get(ctx, id)
  for (const incident of await openOf(ctx, id)) await respond.acknowledge(ctx, incident.id, note)
  return get(ctx, id)
}

/** All of it is over. */
export async function resolve(ctx: Ctx, id: string, note: Note) {
  await get(ctx, id)
  for (const incident of await openOf(ctx, id)) await respond.resolve(ctx, incident.id, note)
  return get(ctx, id)
}

/** What this workspace takes for one trouble. */
export async function settings(ctx: Ctx): Promise<Settings> {
  const [row] = await ctx.db
    .select({ settings: correlation_settings.settings })
    .from(correlation_settings)
    .where(eq(correlation_settings.tenant_id, ctx.tenant.id))
  return row?.settings ?? defaultCorrelation
}

export async function configure(ctx: Ctx, given: Settings): Promise<Settings> {
  await change(ctx, 'correlation_settings.updated', async (tx) => {
    const values = { tenant_id: tx.tenant.id, settings: given, updated_at: tx.at }
    await tx.db
      .insert(correlation_settings)
      .values(values)
      .onConflictDoUpdate({ target: correlation_settings.tenant_id, set: { settings: given, updated_at: tx.at } })
    return { id: tx.tenant.id, ...given }
  })
  return given
}
