import { and, asc, eq } from 'drizzle-orm'
import { heartbeats } from '#db/schema/heartbeats'
import { notification_channels as channels } from '#db/schema/notification-channels'
import type { Ctx } from '#kernel/context'
import { fail } from '#kernel/fail'
import * as service from '#modules/heartbeats/service'
import { checkOf, type Version } from './check'
import { asTheirs, draftOf, editOf } from './edit'
import { byEither, byUuid, hearing, jobs, own, shown } from './find'
import { type Spec, specOf } from './spec'

export { flips, pingBody, pings } from './history'

/** Other work gets its turn after so many. */
const AT_ONCE = 500

/** All of them, with all of these tags. */
export async function list(ctx: Ctx, { tags, slug }: { tags: string[]; slug: string | null }, v: Version) {
  const where = and(own(ctx), slug === null ? undefined : eq(heartbeats.name_slug, slug))
  const rows = await jobs(ctx).where(where).orderBy(asc(heartbeats.number))
  const found = rows.filter(({ row }) => tags.every((tag) => row.tags.includes(tag)))
  const heard = await hearing(ctx)
  const checks: ReturnType<typeof checkOf>[] = []
  for (const [i, one] of found.entries()) {
    if (i % AT_ONCE === AT_ONCE - 1) await new Promise((turn) => setImmediate(turn))
    checks.push(checkOf(ctx, one, v, heard))
  }
  return { checks }
}
export const get = async (ctx: Ctx, code: string, v: Version) => shown(ctx, await byEither(ctx, code), v)

/** They may name channels; here a channel says itself what it hears, so names are only checked. */
async function requireChannels({ db, tenant }: Ctx, { channels: given = '' }: Spec) {
  if (given === '' || given === '*') return
  const known = await db
    .select({ id: channels.id, name: channels.name })
    .from(channels)
    .where(eq(channels.tenant_id, tenant.id))
  for (const one of given.split(',')) {
    if (one === '') throw fail('BAD_REQUEST', { message: 'empty channel identifier' })
    const matches = known.filter(({ id, name }) => id === one || name === one)
    if (matches.length === 0) throw fail('BAD_REQUEST', { message: `invalid channel identifier: ${one}` })
    if (matches.length > 1) throw fail('BAD_REQUEST', { message: `non-unique channel identifier: ${one}` })
  }
}

/** The first that is like the new one in every field named by `unique`; nothing when one of those is not given. */
async function alike(ctx: Ctx, spec: Spec): Promise<service.Found | undefined> {
  const { unique = [], name, slug } = spec
  if (unique.length === 0 || unique.some((field) => spec[field] === undefined)) return undefined
  const rows = await jobs(ctx)
    .where(
      and(
        own(ctx),
        unique.includes('name') ? eq(heartbeats.name, (name ?? '').trim()) : undefined,
        unique.includes('slug') ? eq(heartbeats.name_slug, slug ?? '') : undefined,
      ),
    )
    .orderBy(asc(heartbeats.number))
  return rows.find(({ row: { tags, schedule, grace_s } }) => {
    const every_s = schedule.kind === 'interval' ? schedule.every_s : undefined
    const is = { name: true, slug: true, tags: tags.join(' ') === spec.tags, timeout: every_s === spec.timeout }
    return unique.every((field) => (field === 'grace' ? grace_s === spec.grace : is[field]))
  })
}

/** One after the other for each workspace: two that ask for the same at once get the same one. */
const turns = new Map<string, Promise<unknown>>()
async function inTurn<T>(tenant_id: string, work: () => Promise<T>): Promise<T> {
  const turn = (turns.get(tenant_id) ?? Promise.resolve()).then(work, work)
  turns.set(tenant_id, turn)
  try {
    return await turn
  } finally {
    if (turns.get(tenant_id) === turn) turns.delete(tenant_id)
  }
}

/** A new check, or the one that is like it by `unique`, brought to what was asked for. */
export async function create(ctx: Ctx, body: Record<string, unknown>, v: Version) {
  const spec = specOf(body)
  await requireChannels(ctx, spec)
  return inTurn(ctx.tenant.id, async () => {
    const there = await alike(ctx, spec)
    const found = await asTheirs(() =>
      there ? service.update(ctx, there.row.id, editOf(spec, there.row, v)) : service.create(ctx, draftOf(spec, v)),
    )
    return { created: !there, check: await shown(ctx, found, v) }
  })
}
export async function update(ctx: Ctx, code: string, body: Record<string, unknown>, v: Version) {
  const { row } = await byUuid(ctx, code)
  const spec = specOf(body)
  await requireChannels(ctx, spec)
  return shown(ctx, await asTheirs(() => service.update(ctx, row.id, editOf(spec, row, v))), v)
}
/** Answers what it was. */
export async function remove(ctx: Ctx, code: string, v: Version) {
  const found = await byUuid(ctx, code)
  const check = await shown(ctx, found, v)
  await service.remove(ctx, found.row.id)
  return check
}
export async function pause(ctx: Ctx, code: string, v: Version) {
  const { row } = await byUuid(ctx, code)
  return shown(ctx, await service.pause(ctx, row.id), v)
}
export async function resume(ctx: Ctx, code: string, v: Version) {
  const { row, state } = await byUuid(ctx, code)
  if (state.status !== 'paused') throw fail('CONFLICT', { message: 'check is not paused' })
  return shown(ctx, await service.resume(ctx, row.id), v)
}

/** Channels in their words: what kind one is is our name for it. */
export async function integrations({ db, tenant }: Ctx) {
  const rows = await db
    .select({ id: channels.id, name: channels.name, kind: channels.type })
    .from(channels)
    .where(eq(channels.tenant_id, tenant.id))
    .orderBy(asc(channels.created_at), asc(channels.id))
  return { channels: rows }
}
