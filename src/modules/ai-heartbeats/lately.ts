import { sql } from 'drizzle-orm'
import type { RunStatus } from '#contract/heartbeats'
import { heartbeat_runs as ran } from '#db/schema/heartbeat-states'
import { isoAt } from '#kernel/clock'
import type { Ctx } from '#kernel/context'
import { dayAt } from '#kernel/days'
import type { Found } from '#modules/heartbeats/service'
import { money, percentile } from './buckets'

/** As many as the success rate is taken from. */
const LAST = 20

const numbersOf = (name: string) => sql`run.numbers ->> ${`$.${name}`}`

/** The last runs of each, newest first, by one statement that reads no more than those. */
const lastRuns = ({ db }: Ctx, numbers: number[]) =>
  db
    .select({
      heartbeat: sql<number>`run.heartbeat`,
      status: sql<RunStatus>`run.status`,
      ended_at: sql<number>`run.ended_at`,
      model: sql<string | null>`run.details ->> '$.model'`,
      latency_ms: sql<number | null>`coalesce(${numbersOf('latency_ms')}, run.duration_ms)`,
    })
    .from(sql`json_each(${JSON.stringify(numbers)}) wanted join ${ran} run on run.seq in (
      select seq from ${ran} one where one.heartbeat = wanted.value order by one.ended_at desc, one.seq desc limit ${LAST})`)
    .orderBy(sql`run.ended_at desc, run.seq desc`)

/** The calendar day of each, in its own time zone. */
const daySoFar = ({ db }: Ctx, since: { heartbeat: number; from: number }[]) =>
  db
    .select({
      heartbeat: sql<number>`run.heartbeat`,
      runs: sql<number>`count(*)`,
      failed: sql<number>`sum(run.status <> 'ok')`,
      cost_usd: sql<number>`coalesce(sum(${numbersOf('cost_usd')}), 0)`,
    })
    .from(sql`json_each(${JSON.stringify(since)}) wanted join ${ran} run
      on run.heartbeat = wanted.value ->> '$.heartbeat' and run.ended_at >= wanted.value ->> '$.from'`)
    .groupBy(sql`run.heartbeat`)

/** How the agents of one page of the list did: their last runs, and today. */
export async function latelyOf(ctx: Ctx, found: readonly Found[]) {
  const now = ctx.now()
  const since = found.map(({ row }) => ({ heartbeat: row.number, from: dayAt(row.schedule.timezone, now).from }))
  const numbers = found.map(({ row }) => row.number)
  const [runs, days] = await Promise.all([lastRuns(ctx, numbers), daySoFar(ctx, since)])
  const runsOf = Map.groupBy(runs, ({ heartbeat }) => heartbeat)
  const dayOf = new Map(days.map((day) => [day.heartbeat, day]))
  return ({ row }: Found) => {
    const own = runsOf.get(row.number) ?? []
    const [last] = own
    const day = dayOf.get(row.number)
    const good = own.filter(({ status }) => status === 'ok').length
    return {
      last_run: last ? { status: last.status, ended_at: isoAt(last.ended_at), model: last.model } : null,
      runs_today: day?.runs ?? 0,
      failed_today: day?.failed ?? 0,
      cost_usd_today: money(day?.cost_usd ?? 0),
      success_rate: own.length > 0 ? good / own.length : null,
      latency_p95_ms: percentile(
        own.flatMap(({ latency_ms }) => latency_ms ?? []),
        0.95,
      ),
    }
  }
}
