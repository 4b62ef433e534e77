import { and, eq, gt, inArray, type SQL, sql } from 'drizzle-orm'
import { monitors } from '#db/schema/monitors'
import type { Ctx } from '#kernel/context'
import { invalid } from '#kernel/fail'

const DAY_MS = 86_400_000
const DEFAULT_DAYS = 30
const MOST_DAYS = 400
/** Nothing is older; calendars are not to be trusted at the beginning of our era. */
const OLDEST = Date.parse('2000-01-01T00:00:00Z')
const MOST_IDS = 100
/** Rows read at once; the loop gets a turn in between. */
const PAGE = 1_000

type Filter = { monitor_ids?: string; tag?: string }
export type Which = { number: number; id: string; name: string }

/** From when to when: never past now, at most so many days. */
export function spanOf(ctx: Ctx, { from, to }: { from?: string; to?: string }): { from: number; until: number } {
  const now = ctx.now()
  const until = Math.min(to === undefined ? now : Date.parse(to), now)
  const begin = from === undefined ? until - DEFAULT_DAYS * DAY_MS : Date.parse(from)
  if (begin < OLDEST) throw invalid({ from: 'must not be before the year 2000' })
  if (begin >= until) throw invalid({ from: 'must be before to and before now' })
  if (until - begin > MOST_DAYS * DAY_MS) throw invalid({ from: `must be at most ${MOST_DAYS} days before to` })
  return { from: begin, until }
}

export const isFiltered = ({ monitor_ids, tag }: Filter) => monitor_ids !== undefined || tag !== undefined

function matching(ctx: Ctx, { monitor_ids, tag }: Filter): SQL | undefined {
  const ids = monitor_ids?.split(',').map((id) => id.trim())
  if (ids && ids.length > MOST_IDS) throw invalid({ monitor_ids: `must be at most ${MOST_IDS}` })
  return and(
    eq(monitors.tenant_id, ctx.tenant.id),
    ids ? inArray(monitors.id, ids) : undefined,
    tag === undefined ? undefined : sql`exists (select 1 from json_each(${monitors.tags}) where value = ${tag})`,
  )
}

/** The monitors of the workspace that are asked about, by number. */
export async function monitorsOf(ctx: Ctx, filter: Filter): Promise<Which[]> {
  const where = matching(ctx, filter)
  const found: Which[] = []
  for (;;) {
    const rows = await ctx.db
      .select({ number: monitors.number, id: monitors.id, name: monitors.name })
      .from(monitors)
      .where(and(where, gt(monitors.number, found.at(-1)?.number ?? 0)))
      .orderBy(monitors.number)
      .limit(PAGE)
    found.push(...rows)
    if (rows.length < PAGE) return found
    await new Promise((next) => setImmediate(next))
  }
}

/** Each tag of these monitors with those that have it. */
export async function tagsOf(ctx: Ctx, filter: Filter): Promise<Map<string, number[]>> {
  const rows = await ctx.db
    .select({ tag: sql<string>`tag.value`, numbers: sql<string>`json_group_array(${monitors.number})` })
    .from(sql`${monitors}, json_each(${monitors.tags}) tag`)
    .where(matching(ctx, filter))
    .groupBy(sql`tag.value`)
    .orderBy(sql`lower(tag.value)`)
  // Safe: the column numbers monitors.
  return new Map(rows.map(({ tag, numbers }) => [tag, JSON.parse(numbers) as number[]]))
}
