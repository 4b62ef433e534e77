import { and, eq } from 'drizzle-orm'
import { probers, prober_tokens as tokens } from '#db/schema/probers'
import { change, found } from '#kernel/change'
import { isoAt } from '#kernel/clock'
import type { Ctx } from '#kernel/context'
import { fail } from '#kernel/fail'
import { sha256 } from '#kernel/secrets'
import type { Result } from '#probing/define'
import { evidenceOf } from './evidence'
import type { Polls } from './polls'
import type { Batch, JobsQuery, Registration } from './schema'

const MOST_MESSAGE_CHARS = 300
const SEEN_EVERY_MS = 60_000

const itself = ({ actor, tenant }: Pick<Ctx, 'actor' | 'tenant'>) =>
  and(eq(probers.tenant_id, tenant.id), eq(probers.id, actor.id))

/** A prober says that it is there, and what it is; `token` is what it came with. */
export async function register(ctx: Ctx, facts: Registration, token: string) {
  const row = await change(ctx, 'prober.registered', async (tx) => {
    const { db, at, actor, address } = tx
    const before = found(await db.select().from(probers).where(itself(tx)))
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
    return found(await db.update(probers).set(set).where(itself(tx)).returning())
  })
  await known(ctx)
  ctx.app.engine.probers.contact(ctx.actor.id)
  return { ...row, server_time: isoAt(ctx.now()) }
}

/** The engine learns of new probers by an event; one that is quicker than that is looked up. */
async function known({ app, actor, tenant }: Ctx) {
  if (!app.engine.probers.status(actor.id)) await app.engine.probers.reload(tenant.id)
}

/** Ends early when the asker goes, the token ends or the server stops. `valid` asks anew whether the token still is. */
export async function jobs(
  ctx: Ctx,
  { since, wait }: JobsQuery,
  { polls, gone, valid }: { polls: Polls; gone: AbortSignal; valid: () => Promise<boolean> },
) {
  await known(ctx)
  const { probers: engine } = ctx.app.engine
  const answer = await polls.during(ctx.actor.id, gone, (signal) =>
    engine.jobs(ctx.actor.id, since, wait * 1000, signal).catch((error) => error as Error),
  )
  // Taken away while it waited: the work is not for it any more.
  if (!(await valid())) throw fail('UNAUTHORIZED')
  if (answer instanceof Error) throw answer
  return answer
}

/** Texts come from a machine that may not be ours any more: one line, and not a long one. */
const line = (text: string, most = MOST_MESSAGE_CHARS) =>
  text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, ' ').slice(0, most)

function resultOf({ number, version, at, verdict }: Batch['results'][number]): Result {
  const { evidence: given, message, ...rest } = verdict
  const evidence = evidenceOf(given)
  return {
    ...{ number, version, at: Date.parse(at) },
    verdict: { ...rest, message: line(message), ...(evidence && { evidence }) },
  }
}

/** When it was last heard, in the row: now and then, for it is heard every few seconds. */
export function createSightings() {
  const noted = new Map<string, number>()
  return async ({ app, actor, tenant, address, now }: Ctx, clock_offset_ms: number | undefined, token: string) => {
    const at = now()
    if (at - (noted.get(actor.id) ?? 0) < SEEN_EVERY_MS) return
    noted.set(actor.id, at)
    const seen = { last_seen_at: isoAt(at), last_seen_address: address ?? null }
    const offset = clock_offset_ms === undefined ? {} : { clock_offset_ms }
    await app.db.tx(async (tx) => {
      await tx
        .update(probers)
        .set({ ...seen, ...offset })
        .where(itself({ actor, tenant }))
      await tx
        .update(tokens)
        .set({ last_used_at: isoAt(at) })
        .where(and(eq(tokens.prober_id, actor.id), eq(tokens.hash, sha256(token))))
    })
  }
}

/** What it found. What cannot be told from nothing (no time, a monitor that is not its own) is passed over. */
export async function results(ctx: Ctx, { clock_offset_ms, results: items, stats }: Batch) {
  await known(ctx)
  const { uplink, lag_ms, buffered, running } = stats
  const since = Date.parse(uplink?.since ?? '')
  const anchors = uplink?.anchors.map(({ anchor, ok, message }) => ({
    anchor: line(anchor),
    ok,
    message: line(message),
  }))
  const answer = ctx.app.engine.probers.results(ctx.actor.id, {
    clock_offset_ms,
    results: items.map(resultOf).filter(({ at }) => !Number.isNaN(at)),
    stats: {
      ...{ lag_ms, buffered, running },
      uplink: uplink && anchors && !Number.isNaN(since) ? { state: uplink.state, since, anchors } : null,
    },
  })
  // Acknowledged, it is deleted there: what it has changed is committed before that.
  await ctx.app.engine.probers.written()
  return { ...answer, accepted: items.length }
}
