import { and, desc, eq, gt, inArray, isNull, or } from 'drizzle-orm'
import type { Reader, Writer } from '#db/client'
import { paginate } from '#db/query'
import { probers, prober_tokens as tokens } from '#db/schema/probers'
import { change, found } from '#kernel/change'
import { isoAt } from '#kernel/clock'
import type { Ctx, Tx } from '#kernel/context'
import { invalid } from '#kernel/fail'
import type { PageQuery } from '#kernel/page'
import { requireRoom } from '#kernel/room'
import { sha256 } from '#kernel/secrets'
import type { Draft, Edit, Registration } from './schema'

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
const viewOf = async (ctx: Ctx, row: Prober) => found(await withTokens(ctx.db, [row], ctx.now()))

function requireElsewhere(region: string | undefined) {
  if (region === 'local') throw invalid({ region: 'is where the appliance itself checks from; choose another name' })
}

export async function list(ctx: Ctx, page: PageQuery) {
  const paged = await paginate(ctx.db, probers, own(ctx), page)
  return { ...paged, items: await withTokens(ctx.db, paged.items, ctx.now()) }
}

export const get = async (ctx: Ctx, id: string) =>
  viewOf(ctx, found(await ctx.db.select().from(probers).where(one(ctx, id))))

async function addToken({ app, db, at }: Tx, prober_id: string): Promise<string> {
  const { token, prefix, hash } = app.credentials.newProberToken()
  await db.insert(tokens).values({ prober_id, prefix, hash, created_at: at })
  return token
}

/** A prober with its first token, which is shown once. */
export async function create(ctx: Ctx, { name, region }: Draft) {
  requireElsewhere(region)
  let token = ''
  const row = await change(ctx, 'prober.created', async (tx) => {
    requireRoom(await tx.db.$count(probers, own(tx)), MOST_PROBERS, 'probers')
    const values = { tenant_id: tx.tenant.id, name, region, facts: {}, created_at: tx.at, updated_at: tx.at }
    const row = found(await tx.db.insert(probers).values(values).returning())
    token = await addToken(tx, row.id)
    return row
  })
  return { ...(await viewOf(ctx, row)), token }
}

export async function update(ctx: Ctx, id: string, edit: Edit) {
  requireElsewhere(edit.region)
  const row = await change(ctx, 'prober.updated', async (tx) =>
    found(
      await tx.db
        .update(probers)
        .set({ ...edit, updated_at: tx.at })
        .where(one(tx, id))
        .returning(),
    ),
  )
  return viewOf(ctx, row)
}

/** Its tokens go with it, and stop at once. */
export const remove = (ctx: Ctx, id: string) =>
  change(ctx, 'prober.deleted', async (tx) => found(await tx.db.delete(probers).where(one(tx, id)).returning()))

/** A new token; the one before it works for the grace, whatever is older ends now. */
export async function rotate(ctx: Ctx, id: string, grace_s = GRACE_S) {
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
  return { ...(await viewOf(ctx, row)), token }
}

/** A prober says that it is there, and what it is; `token` is what it came with. */
export const register = (ctx: Ctx, facts: Registration, token: string) =>
  change(ctx, 'prober.registered', async (tx) => {
    const { db, at, actor, address } = tx
    const before = found(await db.select().from(probers).where(one(tx, actor.id)))
    await db
      .update(tokens)
      .set({ last_used_at: at })
      .where(and(eq(tokens.prober_id, actor.id), eq(tokens.hash, sha256(token))))
    const set = {
      facts,
      registered_at: before.registered_at ?? at,
      last_seen_at: at,
      last_seen_address: address ?? null,
    }
    return found(await db.update(probers).set(set).where(one(tx, actor.id)).returning())
  })
