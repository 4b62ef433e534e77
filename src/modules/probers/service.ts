import { and, count, desc, eq, gt, inArray, isNull, or, sql } from 'drizzle-orm'
import { ANCHOR_FAULT, anchorOf } from '#contract/anchors'
import type { Reader, Writer } from '#db/client'
import { envelope, paginate } from '#db/query'
import { blind_periods } from '#db/schema/engine'
import { monitors } from '#db/schema/monitors'
import { probers, prober_tokens as tokens } from '#db/schema/probers'
import { change, found } from '#kernel/change'
import { isoAt } from '#kernel/clock'
import type { Ctx, Tx } from '#kernel/context'
import { invalid } from '#kernel/fail'
import type { PageQuery } from '#kernel/page'
import { requireRoom } from '#kernel/room'
import type { Polls } from './polls'
import type { BlindQuery, Draft, Edit } from './schema'

const GRACE_S = 3600
type Prober = typeof probers.$inferSelect
/** Of one workspace. */
const MOST_PROBERS = 500

const own = ({ tenant }: Ctx | Tx) => eq(probers.tenant_id, tenant.id)
const one = (ctx: Ctx | Tx, id: string) => and(own(ctx), eq(probers.id, id))

/** The tokens that still open something, newest first, of all these probers in one query. */
async function withTokens<T extends Prober>(db: Reader | Writer, rows: T[], now: number) {
  const ids = rows.map(({ id }) => id)
  const alive = or(isNull(tokens.expires_at), gt(tokens.expires_at, isoAt(now)))
  const known =
    ids.length === 0
      ? []
      : await db
          .select()
          .from(tokens)
          .where(and(inArray(tokens.prober_id, ids), alive))
          .orderBy(desc(tokens.created_at), desc(tokens.id))
  return rows.map((row) => ({
    ...row,
    tokens: known
      .filter(({ prober_id }) => prober_id === row.id)
      .map(({ id, prefix, expires_at, last_used_at, created_at }) => ({
        ...{ id, prefix, expires_at, last_used_at, created_at },
      })),
  }))
}
/** How many monitors are checked from this region alone, by a single prober: nobody would be left to check them. */
async function alone({ db, tenant }: Ctx, rows: readonly Prober[]): Promise<Map<string, number>> {
  const regions = [...new Set(rows.map(({ region }) => region))]
  if (regions.length === 0) return new Map()
  const only = sql<string>`${monitors.regions} ->> 0`
  const here = eq(monitors.tenant_id, tenant.id)
  const counted = await db
    .select({ region: only, monitors: count() })
    .from(monitors)
    .where(and(here, sql`json_array_length(${monitors.regions}) = 1`, inArray(only, regions)))
    .groupBy(only)
  const staffed = await db
    .select({ region: probers.region, probers: count() })
    .from(probers)
    .where(and(eq(probers.tenant_id, tenant.id), inArray(probers.region, regions)))
    .groupBy(probers.region)
  const single = new Set(staffed.filter((one) => one.probers === 1).map(({ region }) => region))
  return new Map(counted.filter(({ region }) => single.has(region)).map((one) => [one.region, one.monitors]))
}

/** With where it stands now, which the engine knows. */
function withStatus<T extends Prober>(ctx: Ctx, row: T, alone: ReadonlyMap<string, number>) {
  const live = ctx.app.engine.probers.status(row.id)
  const { uplink, contact_at = null } = live ?? {}
  return {
    ...row,
    status: live?.status ?? ('waiting' as const),
    last_seen_at: [row.last_seen_at, contact_at].reduce((a, b) => ((b ?? '') > (a ?? '') ? b : a)),
    clock_offset_ms: live?.clock_offset_ms ?? row.clock_offset_ms,
    monitors: live?.monitors ?? 0,
    monitors_alone: alone.get(row.region) ?? 0,
    uplink: uplink ? { ...uplink, since: isoAt(uplink.since) } : null,
    lag_ms: live?.lag_ms ?? null,
    buffered: live?.buffered ?? null,
    blind: live?.blind ?? false,
  }
}
const viewOf = async (ctx: Ctx, row: Prober) =>
  withStatus(ctx, found(await withTokens(ctx.db, [row], ctx.now())), await alone(ctx, [row]))

function requireElsewhere(region: string | undefined) {
  if (region === 'local') throw invalid({ region: 'is where the appliance itself checks from; choose another name' })
}

/** Each once, and such that a connection can be tried. */
export function anchorsOf(anchors: string[]): string[] {
  const faults = anchors.flatMap((anchor, i) => (anchorOf(anchor) ? [] : [[`anchors.${i}`, ANCHOR_FAULT] as const]))
  if (faults.length > 0) throw invalid(Object.fromEntries(faults))
  return [...new Set(anchors)]
}

export async function list(ctx: Ctx, page: PageQuery) {
  const paged = await paginate(ctx.db, probers, own(ctx), page)
  const items = await withTokens(ctx.db, paged.items, ctx.now())
  const lonely = await alone(ctx, paged.items)
  return { ...paged, items: items.map((row) => withStatus(ctx, row, lonely)) }
}

export const get = async (ctx: Ctx, id: string) =>
  viewOf(ctx, found(await ctx.db.select().from(probers).where(one(ctx, id))))

async function addToken({ app, db, at }: Tx, prober_id: string): Promise<string> {
  const { token, prefix, hash } = app.credentials.newProberToken()
  await db.insert(tokens).values({ prober_id, prefix, hash, created_at: at })
  return token
}

/** A prober with its first token, which is shown once. */
export async function create(ctx: Ctx, { name, region, ...more }: Draft) {
  requireElsewhere(region)
  const anchors = anchorsOf(more.anchors ?? [])
  let token = ''
  const row = await change(ctx, 'prober.created', async (tx) => {
    requireRoom(await tx.db.$count(probers, own(tx)), MOST_PROBERS, 'probers')
    const values = { tenant_id: tx.tenant.id, name, region, anchors, facts: {}, created_at: tx.at, updated_at: tx.at }
    const row = found(await tx.db.insert(probers).values(values).returning())
    token = await addToken(tx, row.id)
    return row
  })
  return { ...(await viewOf(ctx, row)), token }
}

export async function update(ctx: Ctx, id: string, edit: Edit) {
  requireElsewhere(edit.region)
  const anchors = edit.anchors && anchorsOf(edit.anchors)
  const row = await change(ctx, 'prober.updated', async (tx) =>
    found(
      await tx.db
        .update(probers)
        .set({ ...edit, anchors, updated_at: tx.at })
        .where(one(tx, id))
        .returning(),
    ),
  )
  return viewOf(ctx, row)
}

/** Its tokens go with it, and stop at once. */
export async function remove(ctx: Ctx, id: string, polls: Polls) {
  await change(ctx, 'prober.deleted', async (tx) => found(await tx.db.delete(probers).where(one(tx, id)).returning()))
  polls.end(id)
}

/** A new token; the one before it works for the grace, whatever is older ends now. */
export async function rotate(ctx: Ctx, id: string, polls: Polls, grace_s = GRACE_S) {
  let token = ''
  const row = await change(ctx, 'prober.token_rotated', async (tx) => {
    const row = found(await tx.db.select().from(probers).where(one(tx, id)))
    const [last] = await tx.db
      .select()
      .from(tokens)
      .where(and(eq(tokens.prober_id, id), isNull(tokens.expires_at)))
    await tx.db.delete(tokens).where(eq(tokens.prober_id, id))
    const expires_at = isoAt(tx.now() + grace_s * 1000)
    if (last && grace_s > 0) await tx.db.insert(tokens).values({ ...last, expires_at })
    token = await addToken(tx, id)
    return row
  })
  // Whoever waits with a token that has ended is told nothing more.
  polls.end(id)
  return { ...(await viewOf(ctx, row)), token }
}

/** When the appliance or one of this workspace's probers could not see, newest first. */
export async function blindPeriods(ctx: Ctx, { prober_id: of, ...page }: BlindQuery) {
  const itself = isNull(blind_periods.prober_id)
  const mine = of === 'local' ? itself : of ? and(own(ctx), eq(blind_periods.prober_id, of)) : or(itself, own(ctx))
  const { id, prober_id, cause, message, from, until } = blind_periods
  const items = await ctx.db
    .select({ id, prober_id, prober_name: probers.name, cause, message, from, until })
    .from(blind_periods)
    .leftJoin(probers, eq(probers.id, prober_id))
    .where(mine)
    .orderBy(desc(from), desc(id))
    .limit(page.per_page)
    .offset((page.page - 1) * page.per_page)
  const [counted] = await ctx.db
    .select({ total: count() })
    .from(blind_periods)
    .leftJoin(probers, eq(probers.id, prober_id))
    .where(mine)
  return envelope(items, counted?.total ?? 0, page)
}
