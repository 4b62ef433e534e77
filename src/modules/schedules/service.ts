import { asc, eq } from 'drizzle-orm'
import { envelope, paginate } from '#db/query'
import { escalation_policies } from '#db/schema/escalation-policies'
import { schedules } from '#db/schema/schedules'
import { membersOf } from '#engine/on-call'
import { change, found } from '#kernel/change'
import type { Ctx, Tx } from '#kernel/context'
import { fail } from '#kernel/fail'
import type { PageQuery } from '#kernel/page'
import { requireRoom } from '#kernel/room'
import { noticeOf, read } from './draft'
import type { Draft, Edit } from './schema'
import { load, one, own, recorded, rewrite } from './versions'
import { nowOf, type Row, view } from './view'

const MOST_SCHEDULES = 500

async function pageOf(ctx: Ctx, page: PageQuery) {
  const paged = await paginate(ctx.db, schedules, own(ctx), page, [asc(schedules.name), asc(schedules.id)])
  return { ...paged, members: await membersOf(ctx.db, ctx.tenant.id) }
}

export async function list(ctx: Ctx, page: PageQuery) {
  const { items, total, members } = await pageOf(ctx, page)
  return envelope(
    items.map((row) => view(row, members, ctx.now())),
    total,
    page,
  )
}

/** Who is on call now, for all schedules. */
export async function onCallNow(ctx: Ctx, page: PageQuery) {
  const { items, total, members } = await pageOf(ctx, page)
  const standing = (row: Row) => ({
    ...{ schedule_id: row.id, schedule_name: row.name, timezone: row.config.timezone },
    ...nowOf(row, members, ctx.now()),
  })
  return envelope(items.map(standing), total, page)
}

export const viewOf = async (ctx: Ctx, row: Row) => view(row, await membersOf(ctx.db, ctx.tenant.id), ctx.now())
export const get = async (ctx: Ctx, id: string) => viewOf(ctx, await load(ctx, id))

export async function create(ctx: Ctx, draft: Draft) {
  const members = await membersOf(ctx.db, ctx.tenant.id)
  const { layers = [], timezone = ctx.tenant.timezone, ...wanted } = await read(ctx, draft, members)
  const { id } = await change(ctx, 'schedule.created', async (tx) => {
    requireRoom(await tx.db.$count(schedules, own(tx)), MOST_SCHEDULES, 'schedules')
    const values = {
      tenant_id: tx.tenant.id,
      name: draft.name.trim(),
      description: wanted.description ?? null,
      config: { timezone, layers, overrides: [], temporary: [] },
      notice: noticeOf(wanted.notice),
      ...{ valid_from: tx.at, created_at: tx.at, updated_at: tx.at },
    }
    return recorded(found(await tx.db.insert(schedules).values(values).returning()))
  })
  return get(ctx, id)
}

export async function update(ctx: Ctx, id: string, edit: Edit) {
  const members = await membersOf(ctx.db, ctx.tenant.id)
  const wanted = await read(ctx, edit, members, await load(ctx, id))
  await change(ctx, 'schedule.updated', async (tx) => {
    // Read inside the transaction: two edits at once must not undo each other's fields.
    const row = await load(tx, id)
    const { layers = row.config.layers, timezone = row.config.timezone } = wanted
    const more = {
      name: wanted.name ?? row.name,
      description: wanted.description === undefined ? row.description : wanted.description,
      notice: wanted.notice ?? row.notice,
    }
    if (wanted.layers || timezone !== row.config.timezone)
      return recorded(await rewrite(tx, row, { ...row.config, layers, timezone }, more))
    const values = { ...more, updated_at: tx.at }
    return recorded(found(await tx.db.update(schedules).set(values).where(one(tx, id)).returning()))
  })
  return get(ctx, id)
}

/** The policies that call whoever is on call here. */
async function usesOf({ db, tenant }: Tx, id: string): Promise<string[]> {
  const { name, steps, tenant_id } = escalation_policies
  const rows = await db.select({ name, steps }).from(escalation_policies).where(eq(tenant_id, tenant.id))
  const names = (one: (typeof rows)[number]) =>
    one.steps.some(({ targets }) => targets.some((target) => target.type === 'schedule' && target.id === id))
  return rows.filter(names).map((row) => row.name)
}

export const remove = (ctx: Ctx, id: string) =>
  change(ctx, 'schedule.deleted', async (tx) => {
    const row = await load(tx, id)
    const policies = await usesOf(tx, id)
    if (policies.length > 0)
      throw fail('CONFLICT', {
        message: `The escalation policy “${policies[0]}” calls whoever is on call here: change it first`,
        details: { policies },
      })
    await tx.db.delete(schedules).where(one(tx, id))
    return recorded(row)
  })
