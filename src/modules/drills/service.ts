import { and, asc, desc, eq, inArray } from 'drizzle-orm'
import { envelope } from '#db/query'
import { pages } from '#db/schema/alerts'
import { deliveries, incidents } from '#db/schema/engine'
import { escalation_policies } from '#db/schema/escalation-policies'
import { memberships } from '#db/schema/tenants'
import { openDrill } from '#engine/incidents'
import { change, found } from '#kernel/change'
import type { Ctx, Tx } from '#kernel/context'
import { invalid } from '#kernel/fail'
import { textFault } from '#kernel/faults'
import * as respond from '#modules/incidents/service'
import type { Draft, ListQuery } from './schema'

type Incident = typeof incidents.$inferSelect
type Page = typeof pages.$inferSelect
type Delivery = typeof deliveries.$inferSelect

const drillsOf = ({ tenant }: Ctx) => and(eq(incidents.tenant_id, tenant.id), eq(incidents.source_type, 'drill'))

function view({ id, title, message, status, opened_at, resolved_at }: Incident, called: Page[]) {
  const people = new Set(called.map(({ user_id }) => user_id))
  const answered = new Set(called.flatMap(({ user_id, acknowledged_at }) => (acknowledged_at ? [user_id] : [])))
  return {
    ...{ id, title, message, status, started_at: opened_at, ended_at: resolved_at },
    ...{ called: people.size, answered: answered.size },
  }
}

const pagesOf = ({ db }: Ctx, ids: string[]) =>
  ids.length === 0
    ? Promise.resolve([])
    : db.select().from(pages).where(inArray(pages.incident_id, ids)).orderBy(asc(pages.created_at), asc(pages.id))

export async function list(ctx: Ctx, { page, per_page }: ListQuery) {
  const rows = await ctx.db
    .select()
    .from(incidents)
    .where(drillsOf(ctx))
    .orderBy(desc(incidents.opened_at), desc(incidents.id))
    .limit(per_page)
    .offset((page - 1) * per_page)
  const called = await pagesOf(
    ctx,
    rows.map(({ id }) => id),
  )
  const items = rows.map((row) =>
    view(
      row,
      called.filter(({ incident_id }) => incident_id === row.id),
    ),
  )
  return envelope(items, await ctx.db.$count(incidents, drillsOf(ctx)), { page, per_page })
}

const seconds = (from: string, to: string) => Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 1_000))

function personOf(page: Page, sent: Delivery[]) {
  const own = sent.filter(({ page_id }) => page_id === page.id)
  const delivered = own.flatMap(({ sent_at }) => sent_at ?? []).sort()[0] ?? null
  return {
    user_id: page.user_id,
    user_name: page.user_name,
    step: page.step,
    called_at: page.created_at,
    delivered_at: delivered,
    acknowledged_at: page.acknowledged_at,
    answer_s: page.acknowledged_at ? seconds(page.created_at, page.acknowledged_at) : null,
    ways: page.plan.map(({ name, contact_id, skipped }) => {
      const way = own.find(
        ({ channel_id }) => channel_id === (contact_id === 'email' ? `user:${page.user_id}` : contact_id),
      )
      const status = skipped ? 'skipped' : (way?.status ?? 'waiting')
      return { name, status, error: skipped ?? way?.error ?? null }
    }),
  }
}

/** Who was called, how, and how long they took to answer. */
export async function get(ctx: Ctx, id: string) {
  const row = found(
    await ctx.db
      .select()
      .from(incidents)
      .where(and(drillsOf(ctx), eq(incidents.id, id))),
  )
  const called = await pagesOf(ctx, [id])
  const sent = await ctx.db.select().from(deliveries).where(eq(deliveries.incident_id, id))
  return { ...view(row, called), people: called.map((page) => personOf(page, sent)) }
}

async function requireTargets(tx: Tx, { policy_id, user_ids }: Draft) {
  if (policy_id !== undefined) {
    const [policy] = await tx.db
      .select({ id: escalation_policies.id })
      .from(escalation_policies)
      .where(and(eq(escalation_policies.tenant_id, tx.tenant.id), eq(escalation_policies.id, policy_id)))
    if (!policy) throw invalid({ policy_id: 'is not an escalation policy of this workspace' })
  }
  const members = await tx.db
    .select({ id: memberships.user_id })
    .from(memberships)
    .where(eq(memberships.tenant_id, tx.tenant.id))
  const known = new Set(members.map(({ id }) => id))
  const wrong = (user_ids ?? []).findIndex((id) => !known.has(id))
  if (wrong >= 0) throw invalid({ [`user_ids.${wrong}`]: 'is not a member of this workspace' })
}

/** Begins a fire drill: real messages that say they are one. */
export async function create(ctx: Ctx, draft: Draft) {
  const { policy_id, user_ids, message } = draft
  if ((policy_id === undefined) === (user_ids === undefined))
    throw invalid({ policy_id: 'name either a policy or people', user_ids: 'name either a policy or people' })
  const fault = textFault(message ?? '')
  if (fault) throw invalid({ message: fault })
  const words = message?.trim() || 'This is a fire drill. Nothing is wrong: acknowledge it to show that it reached you.'
  const { id } = await change(
    ctx,
    'incident.created',
    async (tx) => {
      await requireTargets(tx, draft)
      return openDrill(tx, { title: 'Fire drill: please acknowledge', message: words })
    },
    () => ({ policy_id, user_ids }),
  )
  return get(ctx, id)
}

export async function end(ctx: Ctx, id: string) {
  await get(ctx, id)
  await respond.resolve(ctx, id, { message: 'The fire drill was ended' })
  return get(ctx, id)
}
