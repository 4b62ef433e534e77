import { and, eq, isNotNull, isNull } from 'drizzle-orm'
import { paginate } from '#db/query'
import { maintenance_windows as windows } from '#db/schema/maintenance'
import { changeWindow, deleteWindow, insertWindow, planOf, timesOf } from '#engine/maintenance-rows'
import { change, found } from '#kernel/change'
import { isoAt } from '#kernel/clock'
import type { Ctx, Tx } from '#kernel/context'
import { fail } from '#kernel/fail'
import { checked, isRetimed, type Wanted } from './draft'
import type { Draft, Edit, ListQuery, View } from './schema'

type Row = typeof windows.$inferSelect
const MOST = 500

const own = ({ tenant }: Ctx | Tx) => eq(windows.tenant_id, tenant.id)
const one = (ctx: Ctx | Tx, id: string) => and(own(ctx), eq(windows.id, id))
const rowOf = async (ctx: Ctx, id: string) => found(await ctx.db.select().from(windows).where(one(ctx, id)))

const isActive = ({ active_until }: Row, now: number) => active_until !== null && Date.parse(active_until) > now
function view(row: Row, now: number): View {
  const { next_from, next_until, next_at: _next_at, ...rest } = row
  const active = isActive(row, now)
  return {
    ...rest,
    status: active ? 'active' : next_from === null ? 'ended' : 'scheduled',
    active_from: active ? row.active_from : null,
    active_until: active ? row.active_until : null,
    next: next_from !== null && next_until !== null ? { from: next_from, until: next_until } : null,
  }
}
const byStatus = {
  active: isNotNull(windows.active_from),
  scheduled: and(isNull(windows.active_from), isNotNull(windows.next_from)),
  ended: and(isNull(windows.active_from), isNull(windows.next_from)),
}

export async function list(ctx: Ctx, { status, ...page }: ListQuery) {
  const listed = await paginate(ctx.db, windows, and(own(ctx), status && byStatus[status]), page)
  return { ...listed, items: listed.items.map((row) => view(row, ctx.now())) }
}
export const get = async (ctx: Ctx, id: string) => view(await rowOf(ctx, id), ctx.now())

/** One that lasts already begins by the hand of the engine, at once: it tells people so. */
function timesFrom(wanted: Wanted, now: number) {
  const { active_from, active_until, ...next } = timesOf(planOf(wanted), now)
  if (active_from === null) return { active_from, active_until, ...next }
  return {
    active_from: null,
    active_until: null,
    next_from: active_from,
    next_until: active_until,
    next_at: isoAt(now),
  }
}

export async function create(ctx: Ctx, draft: Draft) {
  const { description = null, ends_at = null, rrule = null, duration_s = null, timezone = null } = draft
  const { notify_subscribers = false } = draft
  const wanted = await checked(ctx, {
    ...draft,
    ...{ description, ends_at, rrule, duration_s, timezone, notify_subscribers },
  })
  const made = await change(ctx, 'maintenance_window.created', async (tx) => {
    if ((await tx.db.$count(windows, own(tx))) >= MOST)
      throw fail('CONFLICT', { message: `A workspace has at most ${MOST} maintenance windows: delete what is over` })
    const times = timesFrom(wanted, tx.now())
    const row = { ...wanted, ...times, tenant_id: tx.tenant.id, created_at: tx.at, updated_at: tx.at }
    return found(await insertWindow(tx.db, row))
  })
  return view(made, ctx.now())
}

export async function update(ctx: Ctx, id: string, edit: Edit) {
  const before = await rowOf(ctx, id)
  const { name, description, scope, starts_at, ends_at, rrule, duration_s, timezone, notify_subscribers } = before
  const known = { name, description, scope, starts_at, ends_at, rrule, duration_s, timezone, notify_subscribers }
  const wanted = await checked(ctx, { ...known, ...edit }, known)
  const retimed = isRetimed(known, wanted)
  const changed = await change(ctx, 'maintenance_window.updated', async (tx) => {
    const now = tx.now()
    const [row] = await tx.db.select().from(windows).where(one(tx, id))
    // While it lasts the engine looks at once whether it still does.
    // An occurrence that was ended early stays so, whatever else is changed.
    const times = !retimed ? {} : row && isActive(row, now) ? { next_at: tx.at } : timesFrom(wanted, now)
    const set = { ...wanted, ...times, updated_at: tx.at }
    return found(await changeWindow(tx.db, { tenant_id: tx.tenant.id, id }, set))
  })
  return view(changed, ctx.now())
}

export const remove = (ctx: Ctx, id: string) =>
  change(ctx, 'maintenance_window.deleted', async (tx) =>
    found(await deleteWindow(tx.db, { tenant_id: tx.tenant.id, id })),
  )

/** What lasts now is over; one that recurs comes again at its next time. */
export async function end(ctx: Ctx, id: string) {
  await rowOf(ctx, id)
  const ended = await change(ctx, 'maintenance_window.ended', async (tx) => {
    const [row] = await tx.db.select().from(windows).where(one(tx, id))
    if (!row || !isActive(row, tx.now()))
      throw fail('CONFLICT', { message: 'This maintenance window does not last now' })
    const set = {
      ...{ active_until: tx.at, next_at: tx.at, updated_at: tx.at },
      ...(row.rrule === null && { ends_at: tx.at }),
    }
    return found(await changeWindow(tx.db, { tenant_id: tx.tenant.id, id }, set))
  })
  return view(ended, ctx.now())
}
