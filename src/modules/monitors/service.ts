import { and, count, eq, inArray, sql } from 'drizzle-orm'
import type { MonitorStatus } from '#contract/statuses'
import { envelope, type Page } from '#db/query'
import { monitors, push_keys } from '#db/schema/monitors'
import { summaries } from '#engine/uptime'
import { change, enqueue, found } from '#kernel/change'
import type { Ctx, Tx } from '#kernel/context'
import { invalid } from '#kernel/fail'
import { lineFault } from '#kernel/faults'
import { schemesOf } from '#probes/define'
import { probes } from '#probes/index'
import { type Monitor, plainSettings, row, type Wanted, type Wish, wish } from './draft'
import { circleFaults, type Links, linkFaults, membersOf, unlink } from './links'
import { ordered } from './order'
import type { Clone, Draft, Edit, ListQuery } from './schema'
import { last, load, one, own, select, statusOf, view } from './view'

export async function get(ctx: Ctx, id: string) {
  const { monitor, state } = await load(ctx, id)
  return view(monitor, state)
}

/** Which of these monitors exist in the tenant. */
export const existing = async (ctx: Ctx, ids: string[]) => {
  if (ids.length === 0) return []
  const { db } = ctx
  return db.select({ id: monitors.id, number: monitors.number }).from(monitors).where(inIds(ctx, ids))
}
const inIds = (ctx: Ctx, ids: string[]) => and(own(ctx), inArray(monitors.id, ids))

export async function list(ctx: Ctx, query: ListQuery) {
  const { page, per_page } = query
  const numbers = await ordered(ctx, query)
  const shown = numbers.slice((page - 1) * per_page, page * per_page)
  const listed = await select(ctx).where(and(own(ctx), inArray(monitors.number, shown)))
  const place = new Map(shown.map((number, i) => [number, i]))
  const rows = listed.sort((a, b) => place.get(a.monitor.number)! - place.get(b.monitor.number)!)
  const more = query.include === 'summary' ? await summariesOf(ctx, rows) : undefined
  const items = rows.map(({ monitor, state }) => ({
    ...view(monitor, state),
    ...last(ctx, monitor, state),
    down_only_from: ctx.app.engine.snapshot(monitor.number)?.down_only_from ?? [],
    ...(more && { summary: more.get(monitor.number) }),
  }))
  return envelope(items, numbers.length, { page, per_page })
}

const summariesOf = ({ app, db, now }: Ctx, rows: { monitor: Monitor }[]) =>
  summaries(
    { read: db, engine: app.engine },
    rows.map(({ monitor }) => monitor.number),
    now(),
  )

/** What of an edit names other monitors or places. */
const linksOf = ({ regions, parents, settings, type }: Edit, wanted: Wanted): Links => ({
  regions,
  parents,
  ...((settings !== undefined || type !== undefined) && { members: membersOf(wanted) }),
})

/** Throws 422 with everything that is wrong; `id` is set for a monitor that exists already. */
async function requireFit(ctx: Ctx | Tx, input: Edit, { wanted, faults }: Wish, id?: string) {
  const links = linksOf(input, wanted)
  const [missing] = await linkFaults(ctx, [links])
  const circles = id === undefined ? {} : await circleFaults(ctx, [id], links)
  const all = { ...faults, ...missing, ...circles }
  if (Object.keys(all).length > 0) throw invalid(all)
}

export async function create(ctx: Ctx, draft: Draft) {
  const wished = wish(ctx.app, draft)
  await requireFit(ctx, draft, wished)
  const made = await insert(ctx, async (tx) => {
    // Once more: what it names may have been deleted meanwhile.
    await requireFit(tx, draft, wished)
    return wished.wanted
  })
  return view(made, null)
}

const insert = (ctx: Ctx, make: (tx: Tx) => Promise<Wanted>) =>
  change(ctx, 'monitor.created', async (tx) => {
    const id = Bun.randomUUIDv7()
    const wanted = row(tx.app, id, await make(tx))
    const values = { ...wanted, id, tenant_id: tx.tenant.id, created_at: tx.at, updated_at: tx.at }
    return found(await tx.db.insert(monitors).values(values).returning())
  })

export async function update(ctx: Ctx, id: string, edit: Edit) {
  const { monitor, state } = await load(ctx, id)
  const turned = edit.enabled !== undefined && edit.enabled !== monitor.enabled
  const event = !turned ? 'monitor.updated' : edit.enabled ? 'monitor.resumed' : 'monitor.paused'
  const saved = await change(ctx, event, async (tx) => {
    // Read again inside the transaction: two edits at once must not undo each other's fields.
    const current = found(await tx.db.select().from(monitors).where(one(tx, id)))
    const wished = wish(tx.app, edit, current)
    await requireFit(tx, edit, wished, id)
    const wanted = row(tx.app, id, wished.wanted)
    if (current.type === 'push' && wanted.type !== 'push')
      await tx.db.delete(push_keys).where(eq(push_keys.monitor, current.number))
    return found(
      await tx.db
        .update(monitors)
        .set({ ...wanted, updated_at: tx.at })
        .where(one(tx, id))
        .returning(),
    )
  })
  return view(saved, state)
}

/** Others that name it as a parent or member forget it. */
export const remove = (ctx: Ctx, id: string) =>
  change(ctx, 'monitor.deleted', async (tx) => {
    const gone = found(await tx.db.delete(monitors).where(one(tx, id)).returning())
    const unlinked = await unlink(tx, [id])
    await follow(tx, unlinked)
    return { ...gone, unlinked }
  })

/** The engine must look again at monitors that changed along with another one. */
async function follow({ db, tenant, at }: Tx, ids: string[]) {
  if (ids.length === 0) return
  const about = { tenant_id: tenant.id, event: 'monitors.changed', subject_id: Bun.randomUUIDv7(), at } as const
  await enqueue(db, { ...about, payload: { ids } })
}

/** Pauses or resumes; doing it twice changes nothing. */
export async function setEnabled(ctx: Ctx, id: string, enabled: boolean) {
  const { monitor, state } = await load(ctx, id)
  if (monitor.enabled === enabled) return view(monitor, state)
  const saved = await change(ctx, enabled ? 'monitor.resumed' : 'monitor.paused', async (tx) =>
    found(await tx.db.update(monitors).set({ enabled, updated_at: tx.at }).where(one(tx, id)).returning()),
  )
  return view(saved, state)
}

/** A second monitor with the same settings, its secrets sealed anew to the copy. A push key is not copied. */
export async function clone(ctx: Ctx, id: string, { name }: Clone) {
  const fault = name === undefined ? undefined : lineFault(name)
  if (fault) throw invalid({ name: fault })
  const copy = await insert(ctx, async (tx) => {
    const monitor = found(await tx.db.select().from(monitors).where(one(tx, id)))
    const { number: _, id: __, tenant_id: ___, created_at: ____, updated_at: _____, ...wanted } = monitor
    const copied = name?.trim() ?? `${monitor.name.slice(0, 113)} (copy)`
    return { ...wanted, name: copied, settings: plainSettings(tx.app, monitor) }
  })
  return view(copy, null)
}

/** Every tag of the workspace and how many monitors have it, in the order of the alphabet. */
export async function tags(ctx: Ctx, page: Page) {
  const tagged = sql`${monitors}, json_each(${monitors.tags}) tag`
  const rows = await ctx.db
    .select({ tag: sql<string>`tag.value`, monitors: count(), total: sql<number>`count(*) over ()` })
    .from(tagged)
    .where(own(ctx))
    .groupBy(sql`tag.value`)
    .orderBy(sql`lower(tag.value), tag.value`)
    .limit(page.per_page)
    .offset((page.page - 1) * page.per_page)
  const items = rows.map(({ tag, monitors }) => ({ tag, monitors }))
  return envelope(items, rows[0]?.total ?? 0, page)
}

/** What a monitor can be: everything a form needs. */
export const types = () =>
  envelope(
    probes.map(({ type, title, summary, docs, takes_url = false, schemes, settings }) => ({
      type,
      title,
      summary,
      docs,
      takes_url,
      schemes: takes_url ? [...schemesOf({ schemes })] : [],
      settings,
    })),
    probes.length,
    { page: 1, per_page: 100 },
  )

export type Standing = {
  id: string
  number: number
  status: MonitorStatus
  since: string | null
  response_time_ms: number | null
}

/** Where these monitors of the tenant stand, in one query. */
export async function standing(ctx: Ctx, ids: string[]): Promise<Standing[]> {
  if (ids.length === 0) return []
  const rows = await select(ctx).where(inIds(ctx, ids))
  return rows.map(({ monitor, state }) => {
    const { id, number } = monitor
    const { response_time_ms } = last(ctx, monitor, state)
    return { id, number, status: statusOf(monitor, state), since: state?.since ?? null, response_time_ms }
  })
}
