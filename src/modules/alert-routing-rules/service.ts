import { and, asc, eq } from 'drizzle-orm'
import { envelope, paginate } from '#db/query'
import { alert_routing_rules as rules } from '#db/schema/alert-routing-rules'
import { change, found } from '#kernel/change'
import type { Ctx, Tx } from '#kernel/context'
import { fail, invalid } from '#kernel/fail'
import type { PageQuery } from '#kernel/page'
import { read } from './draft'
import type { Draft, Edit } from './schema'

export { read as readRule } from './draft'
export { RuleDraft } from './schema'

/** They are looked at one after the other whenever something fails. */
const MOST = 200
export type RuleRow = typeof rules.$inferSelect

const own = ({ tenant }: Ctx | Tx) => eq(rules.tenant_id, tenant.id)
const one = (ctx: Ctx | Tx, id: string) => and(own(ctx), eq(rules.id, id))
const order = [asc(rules.position), asc(rules.id)]

/** In the order in which they are looked at. */
export const list = (ctx: Ctx, page: PageQuery) => paginate(ctx.db, rules, own(ctx), page, order)
export const all = (ctx: Ctx): Promise<RuleRow[]> =>
  ctx.db
    .select()
    .from(rules)
    .where(own(ctx))
    .orderBy(...order)
export const get = async (ctx: Ctx, id: string) => found(await ctx.db.select().from(rules).where(one(ctx, id)))

const ordered = (tx: Tx): Promise<RuleRow[]> =>
  tx.db
    .select()
    .from(rules)
    .where(own(tx))
    .orderBy(...order)

/** Gives each rule the place it has in the list, from 1 without gaps; only what moves is written. */
async function place(tx: Tx, list: Pick<RuleRow, 'id' | 'position'>[]): Promise<void> {
  for (const [i, { id, position }] of list.entries())
    if (position !== i + 1)
      await tx.db
        .update(rules)
        .set({ position: i + 1 })
        .where(one(tx, id))
}

export async function create(ctx: Ctx, draft: Draft) {
  const { name = draft.name, enabled = true, match = 'all', conditions = [], actions = {} } = await read(ctx, draft)
  return change(ctx, 'alert_routing_rule.created', async (tx) => {
    const others = await ordered(tx)
    if (others.length >= MOST) throw fail('CONFLICT', { message: `A workspace has at most ${MOST} routing rules` })
    const position = Math.min(draft.position ?? others.length + 1, others.length + 1)
    const values = {
      tenant_id: tx.tenant.id,
      ...{ name, position, enabled, match, conditions, actions },
      ...{ created_at: tx.at, updated_at: tx.at },
    }
    const made = found(await tx.db.insert(rules).values(values).returning())
    await place(tx, others.toSpliced(position - 1, 0, made))
    return made
  })
}

export async function update(ctx: Ctx, id: string, edit: Edit) {
  await get(ctx, id)
  const wanted = await read(ctx, edit)
  return change(ctx, 'alert_routing_rule.updated', async (tx) => {
    await tx.db
      .update(rules)
      .set({ ...wanted, updated_at: tx.at })
      .where(one(tx, id))
    const list = await ordered(tx)
    const moved = list.findIndex((rule) => rule.id === id)
    if (moved < 0) throw fail('NOT_FOUND')
    if (edit.position !== undefined) {
      const to = Math.min(edit.position, list.length) - 1
      await place(tx, list.toSpliced(moved, 1).toSpliced(to, 0, list[moved]!))
    }
    return found(await tx.db.select().from(rules).where(one(tx, id)))
  })
}

export const remove = (ctx: Ctx, id: string) =>
  change(ctx, 'alert_routing_rule.deleted', async (tx) => {
    const row = found(await tx.db.delete(rules).where(one(tx, id)).returning())
    await place(tx, await ordered(tx))
    return row
  })

/** All rules in a new order; an order that leaves one out, or knows another, is out of date. */
export async function reorder(ctx: Ctx, ids: string[]) {
  await change(ctx, 'alert_routing_rules.ordered', async (tx) => {
    const list = await ordered(tx)
    const known = new Map(list.map((rule) => [rule.id, rule]))
    const faults: Record<string, string> = {}
    for (const [i, id] of ids.entries()) if (!known.has(id)) faults[`ids.${i}`] = 'is not a rule of this workspace'
    if (Object.keys(faults).length > 0) throw invalid(faults)
    const left = list.filter(({ id }) => !ids.includes(id)).map(({ name }) => `“${name}”`)
    if (left.length > 0) throw invalid({ ids: `must name every rule: ${left.slice(0, 5).join(', ')} is missing` })
    await place(
      tx,
      ids.flatMap((id) => known.get(id) ?? []),
    )
    return { id: tx.tenant.id, ids }
  })
  const items = await all(ctx)
  return envelope(items, items.length, { page: 1, per_page: MOST })
}
