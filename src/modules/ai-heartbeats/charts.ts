import { and, asc, eq, gte, lt } from 'drizzle-orm'
import { heartbeat_runs as ran } from '#db/schema/heartbeat-states'
import type { PastRun } from '#heartbeats/judge'
import { isoAt } from '#kernel/clock'
import type { Ctx } from '#kernel/context'
import { dayAt } from '#kernel/days'
import { invalid } from '#kernel/fail'
import { type Found, one } from '#modules/heartbeats/service'
import { bucketsOf, together } from './buckets'
import type { ChartsQuery } from './schema'

const DAY_MS = 86_400_000
const POINTS = 60
/** Runs are kept for as long. */
const LONGEST_MS = 400 * DAY_MS

async function runsBetween({ db }: Ctx, number: number, from: number, until: number): Promise<PastRun[]> {
  const rows = await db
    .select({ status: ran.status, ended_at: ran.ended_at, duration_ms: ran.duration_ms, numbers: ran.numbers })
    .from(ran)
    .where(and(eq(ran.heartbeat, number), gte(ran.ended_at, isoAt(from)), lt(ran.ended_at, isoAt(until))))
    .orderBy(asc(ran.ended_at))
  return rows.map(({ status, ended_at, duration_ms, numbers }) => ({
    ...{ status, began_at: null, ended_at: Date.parse(ended_at), duration_ms, numbers: numbers ?? {} },
  }))
}

function spanOf({ from, until }: ChartsQuery, now: number) {
  const end = until === undefined ? now + 1 : Date.parse(until)
  const begin = from === undefined ? end - 7 * DAY_MS : Date.parse(from)
  if (begin >= end) throw invalid({ until: 'must be after from' })
  if (end - begin > LONGEST_MS) throw invalid({ from: 'must not be more than 400 days before until' })
  return { from: begin, until: end }
}

/** What the calendar day of its time zone has cost so far, beside what it may cost. */
export async function spentToday(ctx: Ctx, { row }: Found) {
  const { timezone } = row.schedule
  const { date, from, until } = dayAt(timezone, ctx.now())
  const { max_cost_usd_per_day = null, max_tokens_per_day = null } = row.ai?.budgets ?? {}
  const { runs, failed, cost_usd, input_tokens, output_tokens } = together(
    await runsBetween(ctx, row.number, from, until),
  )
  return {
    ...{ date, timezone, runs, failed, cost_usd, tokens: input_tokens + output_tokens },
    ...{ max_cost_usd_per_day, max_tokens_per_day },
  }
}

/** How its runs went over time; exact, from the runs themselves, of which the last 5000 are kept. */
export async function charts(ctx: Ctx, id: string, query: ChartsQuery) {
  const found = await one(ctx, id, 'ai')
  const span = spanOf(query, ctx.now())
  const runs = await runsBetween(ctx, found.row.number, span.from, span.until)
  const { bucket_ms, buckets } = bucketsOf(runs, { ...span, points: query.points ?? POINTS })
  return {
    ...{ from: isoAt(span.from), until: isoAt(span.until), bucket_ms },
    buckets: buckets.map(({ at, ...rest }) => ({ at: isoAt(at), ...rest })),
    totals: together(runs),
    today: await spentToday(ctx, found),
  }
}
