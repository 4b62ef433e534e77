import { and, inArray } from 'drizzle-orm'
import type { MonitorStatus } from '#contract/statuses'
import { envelope } from '#db/query'
import { monitors } from '#db/schema/monitors'
import { summaries } from '#engine/uptime'
import { change, found } from '#kernel/change'
import type { Ctx } from '#kernel/context'
import { fail, invalid } from '#kernel/fail'
import { lineFault } from '#kernel/faults'
import { schemesOf } from '#probes/define'
import { probes } from '#probes/index'
import { type Monitor, plainSettings, read, row } from './draft'
import { ordered } from './order'
import type { Bulk, Clone, Draft, Edit, ListQuery } from './schema'
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
    ...(more && { summary: more.get(monitor.number) }),
  }))
  return envelope(items, numbers.length, { page, per_page })
}

const summariesOf = ({ app, db, now }: Ctx, rows: { monitor: Monitor }[]) =>
  summaries(
    db,
    app.engine.history,
    rows.map(({ monitor }) => monitor.number),
    now(),
  )

export async function create(ctx: Ctx, draft: Draft) {
  const wanted = read(ctx.app, draft)
  return view(await insert(ctx, wanted), null)
}

const insert = (ctx: Ctx, wanted: ReturnType<typeof read>) =>
  change(ctx, 'monitor.created', async (tx) => {
    const id = Bun.randomUUIDv7()
    const values = { ...row(tx.app, id, wanted), id, tenant_id: tx.tenant.id, created_at: tx.at, updated_at: tx.at }
    return found(await tx.db.insert(monitors).values(values).returning())
  })

export async function update(ctx: Ctx, id: string, edit: Edit) {
  const { monitor, state } = await load(ctx, id)
  const turned = edit.enabled !== undefined && edit.enabled !== monitor.enabled
  const event = !turned ? 'monitor.updated' : edit.enabled ? 'monitor.resumed' : 'monitor.paused'
  const saved = await change(ctx, event, async (tx) => {
    // Read again inside the transaction: two edits at once must not undo each other's fields.
    const current = found(await tx.db.select().from(monitors).where(one(tx, id)))
    const wanted = row(tx.app, id, read(tx.app, edit, current))
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

export const remove = (ctx: Ctx, id: string) =>
  change(ctx, 'monitor.deleted', async (tx) => found(await tx.db.delete(monitors).where(one(tx, id)).returning()))

/** Pauses or resumes; doing it twice changes nothing. */
export async function setEnabled(ctx: Ctx, id: string, enabled: boolean) {
  const { monitor, state } = await load(ctx, id)
  if (monitor.enabled === enabled) return view(monitor, state)
  const saved = await change(ctx, enabled ? 'monitor.resumed' : 'monitor.paused', async (tx) =>
    found(await tx.db.update(monitors).set({ enabled, updated_at: tx.at }).where(one(tx, id)).returning()),
  )
  return view(saved, state)
}

/** A second monitor with the same settings, its secrets sealed anew to the copy. */
export async function clone(ctx: Ctx, id: string, { name }: Clone) {
  const { monitor } = await load(ctx, id)
  const fault = name === undefined ? undefined : lineFault(name)
  if (fault) throw invalid({ name: fault })
  const { number: _, id: __, tenant_id: ___, created_at: ____, updated_at: _____, ...wanted } = monitor
  const copied = name?.trim() ?? `${monitor.name.slice(0, 113)} (copy)`
  return view(await insert(ctx, { ...wanted, name: copied, settings: plainSettings(ctx.app, monitor) }), null)
}

const retag = (ctx: Ctx, id: string, turn: (tags: string[]) => string[]) =>
  change(ctx, 'monitor.updated', async (tx) => {
    const current = found(await tx.db.select().from(monitors).where(one(tx, id)))
    const tags = turn(current.tags)
    return found(await tx.db.update(monitors).set({ tags, updated_at: tx.at }).where(one(tx, id)).returning())
  })

/** One action on many monitors, each recorded by itself; answers how many it changed. */
export async function bulk(ctx: Ctx, { action, ids, tag: given }: Bulk) {
  const tag = given?.trim() ?? ''
  if ((action === 'tag' || action === 'untag') && lineFault(tag)) throw invalid({ tag: lineFault(tag) ?? '' })
  const rows = await ctx.db.select().from(monitors).where(inIds(ctx, ids))
  const known = new Set(rows.map(({ id }) => id))
  const missing = ids.filter((id) => !known.has(id))
  if (missing.length > 0) throw fail('NOT_FOUND', { details: { ids: missing } })

  const work: Record<Bulk['action'], (monitor: Monitor) => (() => Promise<unknown>) | false> = {
    pause: ({ id, enabled }) => enabled && (() => setEnabled(ctx, id, false)),
    resume: ({ id, enabled }) => !enabled && (() => setEnabled(ctx, id, true)),
    delete:
      ({ id }) =>
      () =>
        remove(ctx, id),
    tag: ({ id, tags }) =>
      !tags.includes(tag) && tags.length < 20 && (() => retag(ctx, id, (now) => [...new Set([...now, tag])])),
    untag: ({ id, tags }) => tags.includes(tag) && (() => retag(ctx, id, (now) => now.filter((one) => one !== tag))),
  }
  const due = rows.map(work[action]).filter((one) => one !== false)
  for (const act of due) await act()
  return { changed: due.length }
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
