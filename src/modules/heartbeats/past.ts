import { and, asc, eq, gte, inArray, isNull, lt, or, sql } from 'drizzle-orm'
import type { HeartbeatReason, StoredHeartbeatStatus } from '#contract/heartbeats'
import { blind_periods } from '#db/schema/engine'
import { heartbeat_flips as flips, heartbeat_runs as runs } from '#db/schema/heartbeat-states'
import { audit_log } from '#db/schema/kernel'
import type { HeartbeatRow } from '#engine/heartbeats/rows'
import type { Schedule } from '#heartbeats/define'
import { isoAt } from '#kernel/clock'
import type { Ctx } from '#kernel/context'
import type { Found } from './view'

/** A stretch of time, until the next one begins or for good. */
export type Span = { from: number; until: number }

export type Standing = Span & { status: StoredHeartbeatStatus; reason: HeartbeatReason | null }
/** How it stood from when to when, oldest first, up to now: from its making, or as far back as is kept. */
export async function standings({ db, now }: Ctx, { row, state }: Found): Promise<Standing[]> {
  const changes = await db
    .select()
    .from(flips)
    .where(eq(flips.heartbeat, row.number))
    .orderBy(asc(flips.at), asc(flips.seq))
  const first = { at: row.created_at, to: changes[0]?.from ?? state.status, reason: null }
  const all = [first, ...changes]
  return all.map(({ at, to, reason }, i) => {
    const next = all[i + 1]
    return { status: to, reason, from: Date.parse(at), until: next ? Date.parse(next.at) : now() }
  })
}

export type PastRun = { ok: boolean; began: number; ended: number }
/** Runs that ended in this time, or shortly after it. */
export async function runsWithin({ db }: Ctx, number: number, { from, until }: Span): Promise<PastRun[]> {
  const rows = await db
    .select({ status: runs.status, began_at: runs.began_at, ended_at: runs.ended_at })
    .from(runs)
    .where(and(eq(runs.heartbeat, number), gte(runs.ended_at, isoAt(from)), lt(runs.ended_at, isoAt(until))))
    .orderBy(asc(runs.ended_at))
  return rows.map(({ status, began_at, ended_at }) => {
    const ended = Date.parse(ended_at)
    return { ok: status === 'ok', began: began_at === null ? ended : Math.min(Date.parse(began_at), ended), ended }
  })
}

/** Times in which nobody could report, because we were not there. */
export async function blindSpans({ db, now }: Ctx, { from, until }: Span): Promise<Span[]> {
  const rows = await db
    .select({ from: blind_periods.from, until: blind_periods.until })
    .from(blind_periods)
    .where(
      and(
        isNull(blind_periods.prober_id),
        lt(blind_periods.from, isoAt(until)),
        or(isNull(blind_periods.until), gte(blind_periods.until, isoAt(from))),
      ),
    )
  return rows.map((one) => ({ from: Date.parse(one.from), until: one.until === null ? now() : Date.parse(one.until) }))
}

export type Era = Span & { schedule: Schedule; grace_s: number }
const told = ['heartbeat.created', 'heartbeat.updated', 'heartbeat.paused', 'heartbeat.resumed']
type Told = { schedule?: Schedule; grace_s?: number } | null

/**
 * By which schedule it was judged when: what it is now says nothing about the days before it was changed, so it is taken
 * from the record of changes. What is not on record any more is taken from the first that is.
 */
export async function eras({ db }: Ctx, row: HeartbeatRow, within: Span): Promise<Era[]> {
  const records = await db
    .select({ at: audit_log.at, after: audit_log.after })
    .from(audit_log)
    .where(
      and(
        eq(audit_log.tenant_id, row.tenant_id),
        sql`${audit_log.at} >= ${Date.parse(row.created_at)}`,
        eq(audit_log.subject_id, row.id),
        inArray(audit_log.event, told),
      ),
    )
    .orderBy(asc(audit_log.at), asc(audit_log.id))
  const known = records.flatMap(({ at, after }) => {
    // Safe: of these events, `after` is the row of a heartbeat.
    const { schedule, grace_s } = (after as Told) ?? {}
    return schedule && grace_s !== undefined ? [{ from: Date.parse(at), schedule, grace_s }] : []
  })
  if (known.length === 0) known.push({ from: 0, schedule: row.schedule, grace_s: row.grace_s })
  const began = Math.max(within.from, Date.parse(row.created_at))
  return known
    .map((era, i) => ({
      ...era,
      from: i === 0 ? began : Math.max(era.from, began),
      until: Math.min(known[i + 1]?.from ?? Number.POSITIVE_INFINITY, within.until),
    }))
    .filter(({ from, until }) => from < until)
}
