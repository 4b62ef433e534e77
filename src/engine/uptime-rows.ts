import { and, gt, isNull, lt, or, type SQL, sql } from 'drizzle-orm'
import type { Reader } from '#db/client'
import { state_intervals as intervals } from '#db/schema/engine'
import { monitors } from '#db/schema/monitors'

/** Of how many monitors the intervals are read at once; the loop gets a turn in between. */
const AT_ONCE = 100
export const breath = () => new Promise<void>((next) => setImmediate(next))

/** Monitors as a table with a column `value`, to be joined with what `touching` says. */
export const theseMonitors = (numbers: number[]): SQL => sql`json_each(${JSON.stringify(numbers)}) asked`

/**
 * Their intervals that touch the time asked for. The first of them is the last one that began before it: from there on the index is
 * read, so that what happened in all the years before costs nothing.
 */
export const touching = (from: number, until?: number): SQL | undefined =>
  and(
    sql`${intervals.monitor} = asked.value`,
    sql`${intervals.from} >= coalesce((select max(i."from") from state_intervals i
      where i.monitor = asked.value and i."from" <= ${from}), 0)`,
    until === undefined ? undefined : lt(intervals.from, new Date(until).toISOString()),
    or(isNull(intervals.until), gt(intervals.until, new Date(from).toISOString())),
  )

/** From when to when within the time asked for. */
export const started = (from: number) => sql<number>`max(${intervals.from}, ${from})`
export const ended = (until: number) => sql<number>`min(coalesce(${intervals.until}, ${until}), ${until})`

export function* slices(numbers: number[]): Generator<SQL> {
  for (let at = 0; at < numbers.length; at += AT_ONCE) yield theseMonitors(numbers.slice(at, at + AT_ONCE))
}

/** All monitors of a workspace, so many at a time. */
export async function* slicesOf(db: Reader, tenant_id: string): AsyncGenerator<SQL> {
  for (let last = 0; ; ) {
    const some = sql`select number as value from ${monitors} where tenant_id = ${tenant_id} and number > ${last} order by number limit ${AT_ONCE}`
    const [row] = await db.select({ last: sql<number | null>`max(value)` }).from(sql`(${some})`)
    if (!row || row.last === null) return
    yield sql`(${some}) asked`
    last = row.last
  }
}
