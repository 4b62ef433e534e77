import { and, count, desc, eq, gte, lt, type SQL } from 'drizzle-orm'
import type { SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { HeartbeatKind } from '#contract/heartbeats'
import { envelope, type Page } from '#db/query'
import {
  heartbeat_bodies as bodies,
  heartbeat_flips as flipped,
  heartbeat_pings as pinged,
  heartbeat_runs as ran,
} from '#db/schema/heartbeat-states'
import { unpacked } from '#engine/heartbeats/rows'
import { found } from '#kernel/change'
import { isoAt } from '#kernel/clock'
import type { Ctx } from '#kernel/context'
import { invalid } from '#kernel/fail'
import type { PingsQuery, RunsQuery } from './schema'
import { one } from './view'

const offset = ({ page, per_page }: Page) => (page - 1) * per_page
const counted = async ({ db }: Ctx, table: SQLiteTable, where: SQL | undefined) =>
  (await db.select({ total: count() }).from(table).where(where))[0]?.total ?? 0

/** What came in, newest first; their bodies are asked for one by one. */
export async function pings(ctx: Ctx, id: string, { kind: only, ...page }: PingsQuery, kind: HeartbeatKind = 'job') {
  const { row } = await one(ctx, id, kind)
  const where = and(eq(pinged.heartbeat, row.number), only ? eq(pinged.kind, only) : undefined)
  const rows = await ctx.db
    .select()
    .from(pinged)
    .where(where)
    .orderBy(desc(pinged.n))
    .limit(page.per_page)
    .offset(offset(page))
  const items = rows.map(({ seq: _, heartbeat: __, ...ping }) => ({ ...ping, numbers: ping.numbers ?? {} }))
  return envelope(items, await counted(ctx, pinged, where), page)
}

/** What one ping said, byte for byte as far as it is kept; empty when it said nothing. */
export async function pingBody(ctx: Ctx, id: string, n: number, kind: HeartbeatKind = 'job'): Promise<Uint8Array> {
  const { row } = await one(ctx, id, kind)
  const { body } = found(
    await ctx.db
      .select({ seq: pinged.seq, body: bodies })
      .from(pinged)
      .leftJoin(bodies, eq(bodies.ping, pinged.seq))
      .where(and(eq(pinged.heartbeat, row.number), eq(pinged.n, n)))
      .limit(1),
  )
  return body ? unpacked(body) : new Uint8Array()
}

/** The text of a ping as a file to keep: nothing in it is run or shown as a page. */
export const fileOf = (body: Uint8Array, n: number) =>
  new Response(Uint8Array.from(body), {
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'content-disposition': `attachment; filename="ping-${n}.txt"`,
      'x-content-type-options': 'nosniff',
    },
  })

/** Runs that ended, newest first. */
export async function runs(ctx: Ctx, id: string, { from, until, ...page }: RunsQuery, kind: HeartbeatKind = 'job') {
  const { row } = await one(ctx, id, kind)
  if (from && until && Date.parse(from) >= Date.parse(until)) throw invalid({ until: 'must be after from' })
  const where = and(
    eq(ran.heartbeat, row.number),
    from ? gte(ran.ended_at, isoAt(Date.parse(from))) : undefined,
    until ? lt(ran.ended_at, isoAt(Date.parse(until))) : undefined,
  )
  const rows = await ctx.db
    .select()
    .from(ran)
    .where(where)
    .orderBy(desc(ran.ended_at), desc(ran.seq))
    .limit(page.per_page)
    .offset(offset(page))
  const items = rows.map(({ seq: _, heartbeat: __, ...run }) => ({
    ...run,
    ...{ numbers: run.numbers ?? {}, details: run.details ?? {}, problems: run.problems ?? [] },
  }))
  return envelope(items, await counted(ctx, ran, where), page)
}

/** Changes of status at their exact times, newest first. */
export async function flips(ctx: Ctx, id: string, page: Page, kind: HeartbeatKind = 'job') {
  const { row } = await one(ctx, id, kind)
  const where = eq(flipped.heartbeat, row.number)
  const rows = await ctx.db
    .select()
    .from(flipped)
    .where(where)
    .orderBy(desc(flipped.at), desc(flipped.seq))
    .limit(page.per_page)
    .offset(offset(page))
  const items = rows.map(({ seq: _, heartbeat: __, ...flip }) => flip)
  return envelope(items, await counted(ctx, flipped, where), page)
}
