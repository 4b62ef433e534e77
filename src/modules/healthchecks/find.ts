import { and, asc, eq } from 'drizzle-orm'
import { heartbeat_states as states } from '#db/schema/heartbeat-states'
import { heartbeats } from '#db/schema/heartbeats'
import { notification_channels as channels } from '#db/schema/notification-channels'
import type { Ctx } from '#kernel/context'
import { fail } from '#kernel/fail'
import { sha256 } from '#kernel/secrets'
import * as service from '#modules/heartbeats/service'
import { checkOf, UUID, uniqueKeyOf, type Version } from './check'

type Found = service.Found
const KEY = /^[0-9a-f]{40}$/

export const jobs = (ctx: Ctx) =>
  ctx.db
    .select({ row: heartbeats, state: states })
    .from(heartbeats)
    .innerJoin(states, eq(states.heartbeat, heartbeats.number))
export const own = (ctx: Ctx) => service.own(ctx, 'job')

/** Who hears of a heartbeat: every channel of the workspace that is for all that nothing else claims. */
export async function hearing({ db, tenant }: Ctx): Promise<string[]> {
  const rows = await db
    .select({ id: channels.id })
    .from(channels)
    .where(and(eq(channels.tenant_id, tenant.id), eq(channels.is_default, true), eq(channels.enabled, true)))
    .orderBy(asc(channels.id))
  return rows.map(({ id }) => id)
}
export const shown = async (ctx: Ctx, found: Found, v: Version) => checkOf(ctx, found, v, await hearing(ctx))

async function idOf(ctx: Ctx, code: string): Promise<string> {
  if (UUID.test(code)) {
    // The secret address, as their tools have it; or the id, where that address is no UUID.
    const slug_hash = sha256(code.toLowerCase())
    const number = await ctx.app.engine.heartbeats.find(slug_hash)
    if (number === undefined) return code.toLowerCase()
    const [row] = await ctx.db
      .select({ id: heartbeats.id })
      .from(heartbeats)
      .where(and(own(ctx), eq(heartbeats.number, number), eq(heartbeats.slug_hash, slug_hash)))
    if (row) return row.id
  }
  throw fail('NOT_FOUND')
}
async function idByKey(ctx: Ctx, key: string): Promise<string> {
  const rows = await ctx.db.select({ id: heartbeats.id }).from(heartbeats).where(own(ctx))
  const row = rows.find(({ id }) => uniqueKeyOf(id) === key)
  if (!row) throw fail('NOT_FOUND')
  return row.id
}
export const byUuid = async (ctx: Ctx, code: string) => service.one(ctx, await idOf(ctx, code))
/** By its UUID, or by what a key that only reads is shown instead. */
export const byEither = async (ctx: Ctx, code: string) =>
  KEY.test(code) ? service.one(ctx, await idByKey(ctx, code)) : byUuid(ctx, code)
