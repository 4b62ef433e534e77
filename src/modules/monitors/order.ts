import { eq, sql } from 'drizzle-orm'
import { monitor_states as states } from '#db/schema/engine'
import { monitors } from '#db/schema/monitors'
import type { App, Ctx } from '#kernel/context'
import type { ListQuery } from './schema'
import { matching, orderOf } from './view'

type Kept = { version: number; numbers: number[] }
const keptOf = new WeakMap<App, Map<string, Kept>>()
/** Different questions remembered; each holds as many numbers as monitors match. */
const MOST = 20

/** Changes whenever anything was written: https://www.sqlite.org/pragma.html#pragma_data_version */
async function dataVersion({ db }: Ctx): Promise<number> {
  const [row] = await db.select({ version: sql<number>`data_version` }).from(sql`pragma_data_version`)
  return row!.version
}

/**
 * The numbers of all monitors that match, in order. Sorting ten thousand by how urgent they are takes longer than all
 * the rest of the answer, so it is done again only after something was written.
 */
export async function ordered(ctx: Ctx, query: ListQuery): Promise<number[]> {
  const { q, status, type, tag, parent, sort } = query
  const kept = keptOf.get(ctx.app) ?? new Map<string, Kept>()
  keptOf.set(ctx.app, kept)
  const key = JSON.stringify([ctx.tenant.id, q, status, type, tag, parent, sort])
  const version = await dataVersion(ctx)
  const known = kept.get(key)
  if (known?.version === version) return known.numbers
  const rows = await ctx.db
    .select({ number: monitors.number })
    .from(monitors)
    .leftJoin(states, eq(states.monitor, monitors.number))
    .where(matching(ctx, query))
    .orderBy(...orderOf(query))
  const numbers = rows.map(({ number }) => number)
  if (kept.size >= MOST) kept.clear()
  kept.set(key, { version, numbers })
  return numbers
}
