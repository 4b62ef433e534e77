import { sql } from 'drizzle-orm'
import type { Writer } from '#db/client'
import { closeIntervals } from '#engine/record'

/**
 * From `since` on nothing was watched: every interval that claimed to know ends there and an unknown one begins, which
 * lasts until a check proves something; of all monitors, or `only` of some. Nobody is told; open incidents stay open.
 * Answers the monitors and where their unknown time begins.
 */
export async function beginUnknown(
  db: Writer,
  since: number,
  only?: number[],
): Promise<[monitor: number, from: number][]> {
  const among = only ? sql`and monitor in (select value from json_each(${JSON.stringify(only)}))` : sql``
  const rows = await db.all<{ monitor: number; from: number }>(sql`select monitor, max("from", ${since}) as "from"
    from state_intervals where until is null and status in ('up', 'degraded', 'down') ${among}`)
  if (rows.length === 0) return []
  const begins = rows.map(({ monitor, from }): [number, number] => [monitor, from])
  await closeIntervals(db, begins)
  await db.run(sql`insert into state_intervals (monitor, status, "from")
    select e.value ->> 0, 'unknown', e.value ->> 1 from json_each(${JSON.stringify(begins)}) e`)
  return begins
}
