import { and, asc, desc, eq, gte, lt } from 'drizzle-orm'
import { heartbeat_flips as flipped, heartbeat_states as states } from '#db/schema/heartbeat-states'
import { heartbeats } from '#db/schema/heartbeats'
import { notification_channels as channels } from '#db/schema/notification-channels'
import { isoAt } from '#kernel/clock'
import type { Ctx } from '#kernel/context'
import { fail } from '#kernel/fail'
import { sha256 } from '#kernel/secrets'
import type { Found } from '#modules/heartbeats/service'
import * as service from '#modules/heartbeats/service'
import { checkOf, theirTime, UUID, uniqueKeyOf, type Version } from './check'
import { asTheirs, draftOf, editOf } from './edit'
import { type Spec, specOf } from './spec'

const KEY = /^[0-9a-f]{40}$/
/** As many as theirs gives at once. */
const MOST_PINGS = 1_000
const MOST_FLIPS = 10_000
/** Other work gets its turn after so many. */
const AT_ONCE = 500

const jobs = (ctx: Ctx) =>
  ctx.db
    .select({ row: heartbeats, state: states })
    .from(heartbeats)
    .innerJoin(states, eq(states.heartbeat, heartbeats.number))
const own = (ctx: Ctx) => service.own(ctx, 'job')

/** Who hears of a heartbeat: every channel of the workspace that is for all that nothing else claims. */
async function hearing({ db, tenant }: Ctx): Promise<string[]> {
  const rows = await db
    .select({ id: channels.id })
    .from(channels)
    .where(and(eq(channels.tenant_id, tenant.id), eq(channels.is_default, true), eq(channels.enabled, true)))
    .orderBy(asc(channels.id))
  return rows.map(({ id }) => id)
}
const shown = async (ctx: Ctx, found: Found, v: Version) => checkOf(ctx, found, v, await hearing(ctx))

async function idOf(ctx: Ctx, code: string): Promise<string> {
  if (UUID.test(code)) {
    // The secret address, as their tools have it; or the id, where that address is no UUID.
    const number = await ctx.app.engine.heartbeats.find(sha256(code.toLowerCase()))
    if (number === undefined) return code.toLowerCase()
    const [row] = await ctx.db
      .select({ id: heartbeats.id })
      .from(heartbeats)
      .where(and(own(ctx), eq(heartbeats.number, number)))
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
const byUuid = async (ctx: Ctx, code: string) => service.one(ctx, await idOf(ctx, code))
/** By its UUID, or by what a key that only reads is shown instead. */
const byEither = async (ctx: Ctx, code: string) =>
  KEY.test(code) ? service.one(ctx, await idByKey(ctx, code)) : byUuid(ctx, code)

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
async function alike(ctx: Ctx, spec: Spec): Promise<Found | undefined> {
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

/** With fractions of a second, and with the offset written out. */
const exactTime = (time: string) => time.replace(/(\.\d{3})Z$/, '$1000+00:00')

/** What came in, newest first. */
export async function pings(ctx: Ctx, code: string, v: Version) {
  const found = await byUuid(ctx, code)
  const { items } = await service.pings(ctx, found.row.id, { page: 1, per_page: MOST_PINGS })
  const base = checkOf(ctx, found, v, [])
  const url = 'update_url' in base ? base.update_url : ''
  return {
    pings: items.map(({ n, kind, at, door, address, method, agent, rid, duration_ms, body_bytes }) => ({
      ...{
        type: kind === 'ignored' ? 'ign' : kind,
        date: exactTime(at),
        n,
        scheme: door === 'email' ? 'email' : 'http',
      },
      ...{ remote_addr: address, method: method ?? '', ua: agent ?? '', rid },
      body_url: body_bytes > 0 ? `${url}/pings/${n}/body` : null,
      ...(duration_ms !== null && { duration: Math.round(duration_ms / 10) / 100 }),
    })),
  }
}
export async function pingBody(ctx: Ctx, code: string, n: string): Promise<Uint8Array> {
  const { row } = await byUuid(ctx, code)
  if (!/^\d{1,15}$/.test(n)) throw fail('NOT_FOUND')
  const body = await service.pingBody(ctx, row.id, Number(n))
  if (body.length === 0) throw fail('NOT_FOUND')
  return body
}

/** Bounds in Unix seconds, as they ask for them. */
function wholeNumber(query: URLSearchParams, name: string, most: number): number | undefined {
  const text = query.get(name)
  if (text === null || text === '') return undefined
  if (!/^\d{1,11}$/.test(text) || Number(text) > most) throw fail('BAD_REQUEST', { message: `${name} is not valid` })
  return Number(text)
}
/** Changes of status, newest first. */
export async function flips(ctx: Ctx, code: string, query: URLSearchParams) {
  const { row } = await byEither(ctx, code)
  const [start, end] = ['start', 'end'].map((name) => wholeNumber(query, name, 10_000_000_000))
  const seconds = wholeNumber(query, 'seconds', 31_536_000)
  const rows = await ctx.db
    .select({ at: flipped.at, to: flipped.to })
    .from(flipped)
    .where(
      and(
        eq(flipped.heartbeat, row.number),
        start === undefined ? undefined : gte(flipped.at, isoAt(start * 1_000)),
        end === undefined ? undefined : lt(flipped.at, isoAt(end * 1_000)),
        seconds === undefined ? undefined : gte(flipped.at, isoAt(ctx.now() - seconds * 1_000)),
      ),
    )
    .orderBy(desc(flipped.at), desc(flipped.seq))
    .limit(MOST_FLIPS)
  return { flips: rows.map(({ at, to }) => ({ timestamp: theirTime(Date.parse(at)), up: to === 'up' ? 1 : 0 })) }
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
