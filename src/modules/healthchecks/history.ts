import { and, desc, eq, gte, lt } from 'drizzle-orm'
import { heartbeat_flips as flipped } from '#db/schema/heartbeat-states'
import { isoAt } from '#kernel/clock'
import type { Ctx } from '#kernel/context'
import { fail } from '#kernel/fail'
import * as service from '#modules/heartbeats/service'
import { checkOf, theirTime, type Version } from './check'
import { byEither, byUuid } from './find'

/** As many as theirs gives at once. */
const MOST_PINGS = 1_000
const MOST_FLIPS = 10_000

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
