import { eq } from 'drizzle-orm'
import type { EventName } from '#contract/events'
import type { HeartbeatKind } from '#contract/heartbeats'
import { heartbeats } from '#db/schema/heartbeats'
import type { HeartbeatRow } from '#engine/heartbeats/rows'
import * as verbs from '#engine/heartbeats/verbs'
import { change, found } from '#kernel/change'
import type { Ctx, Tx } from '#kernel/context'
import { invalid } from '#kernel/fail'
import { requireRoom } from '#kernel/room'
import { sha256 } from '#kernel/secrets'
import { type Input, type Wanted, wish } from './draft'
import type { Clone, Draft } from './schema'
import { nameSlugOf, newSlug, sealedSlug } from './slug'
import { type Found, one, own, where } from './view'

/** Heartbeats of a workspace, of both kinds each. */
const MOST = 50_000

/** A change of a heartbeat. The address it is reported to is in no record, sealed or not. */
export async function changed(
  ctx: Ctx,
  event: EventName,
  work: (tx: Tx) => Promise<HeartbeatRow>,
): Promise<Omit<HeartbeatRow, 'slug' | 'slug_hash'>> {
  return change(ctx, event, async (tx) => {
    const { slug: _, slug_hash: __, ...row } = await work(tx)
    return row
  })
}

async function requireFree({ db }: Ctx | Tx, slug_hash: string) {
  const [taken] = await db.select({ id: heartbeats.id }).from(heartbeats).where(eq(heartbeats.slug_hash, slug_hash))
  if (taken) throw invalid({ slug: 'is taken' })
}

/** Writes a new one and starts its state, inside the transaction that makes it. */
export async function insert(tx: Tx, kind: HeartbeatKind, wanted: Wanted, { slug = newSlug(), enabled = true } = {}) {
  requireRoom(await tx.db.$count(heartbeats, own(tx, kind)), MOST, 'heartbeats')
  await requireFree(tx, sha256(slug))
  const id = Bun.randomUUIDv7()
  const same = { id, kind, tenant_id: tx.tenant.id, created_at: tx.at, updated_at: tx.at }
  const row = found(
    await tx.db
      .insert(heartbeats)
      .values({ ...wanted, ...same, ...sealedSlug(tx.app, id, slug) })
      .returning(),
  )
  await verbs.begin(tx, row)
  if (!enabled) await verbs.pause(tx, row)
  return row
}

export type NewHeartbeat = Input & Pick<Draft, 'name' | 'slug'>
/** A new heartbeat: nothing is expected of it before its first ping. */
export async function create(ctx: Ctx, draft: NewHeartbeat, kind: HeartbeatKind = 'job'): Promise<Found> {
  const { slug, enabled, ...input } = draft
  const wanted = wish(input, { kind, timezone: ctx.tenant.timezone, now: ctx.now() })
  const { id } = await changed(ctx, 'heartbeat.created', (tx) => insert(tx, kind, wanted, { slug, enabled }))
  return one(ctx, id, kind)
}

/** What is left out stays; deadlines follow the new schedule at once. */
export async function update(ctx: Ctx, id: string, edit: Input, kind: HeartbeatKind = 'job'): Promise<Found> {
  const { enabled, ...input } = edit
  const { state } = await one(ctx, id, kind)
  const turned = enabled !== undefined && enabled !== (state.status !== 'paused')
  const event = !turned ? 'heartbeat.updated' : enabled ? 'heartbeat.resumed' : 'heartbeat.paused'
  await changed(ctx, event, async (tx) => {
    // Read again inside the transaction: two edits at once must not undo each other's fields.
    const { row } = await one(tx, id, kind)
    const wanted = wish(input, { kind, timezone: tx.tenant.timezone, now: tx.now() }, row)
    const set = { ...wanted, updated_at: tx.at }
    const saved = found(
      await tx.db
        .update(heartbeats)
        .set(set)
        .where(where(tx, id, kind))
        .returning(),
    )
    await verbs.replan(tx, saved)
    if (enabled !== undefined) await (enabled ? verbs.resume : verbs.pause)(tx, saved)
    return saved
  })
  return one(ctx, id, kind)
}

/** It goes with all it ever heard; what was open about it ends. */
export async function remove(ctx: Ctx, id: string, kind: HeartbeatKind = 'job'): Promise<void> {
  await changed(ctx, 'heartbeat.deleted', async (tx) => {
    const { row } = await one(tx, id, kind)
    await verbs.end(tx, row.id)
    return found(
      await tx.db
        .delete(heartbeats)
        .where(where(tx, id, kind))
        .returning(),
    )
  })
}

/** Doing it twice changes nothing. */
async function turn(ctx: Ctx, id: string, kind: HeartbeatKind, enabled: boolean): Promise<Found> {
  const known = await one(ctx, id, kind)
  if ((known.state.status !== 'paused') === enabled) return known
  await changed(ctx, enabled ? 'heartbeat.resumed' : 'heartbeat.paused', async (tx) => {
    const { row } = await one(tx, id, kind)
    await (enabled ? verbs.resume : verbs.pause)(tx, row)
    return row
  })
  return one(ctx, id, kind)
}
export const pause = (ctx: Ctx, id: string, kind: HeartbeatKind = 'job') => turn(ctx, id, kind, false)
export const resume = (ctx: Ctx, id: string, kind: HeartbeatKind = 'job') => turn(ctx, id, kind, true)

/** Another secret address; the one before it ends now. */
export async function rotateSlug(ctx: Ctx, id: string, kind: HeartbeatKind = 'job'): Promise<Found> {
  await changed(ctx, 'heartbeat.slug_rotated', async (tx) => {
    const set = { ...sealedSlug(tx.app, id, newSlug()), updated_at: tx.at }
    return found(
      await tx.db
        .update(heartbeats)
        .set(set)
        .where(where(tx, id, kind))
        .returning(),
    )
  })
  return one(ctx, id, kind)
}

/** A second one with the same settings, and an address of its own. */
export async function clone(ctx: Ctx, id: string, { name }: Clone, kind: HeartbeatKind = 'job'): Promise<Found> {
  const copy = await changed(ctx, 'heartbeat.created', async (tx) => {
    const { row } = await one(tx, id, kind)
    const called = name ?? `${row.name.slice(0, 113)} (copy)`
    const same = { kind, timezone: tx.tenant.timezone, now: tx.now() }
    return insert(tx, kind, wish({ name: called, name_slug: nameSlugOf(called) }, same, row))
  })
  return one(ctx, copy.id, kind)
}
