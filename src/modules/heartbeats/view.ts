import { and, eq } from 'drizzle-orm'
import type { HeartbeatKind } from '#contract/heartbeats'
import { refusalOf } from '#contract/permissions'
import { heartbeat_states as states } from '#db/schema/heartbeat-states'
import { heartbeats } from '#db/schema/heartbeats'
import { type HeartbeatRow, type StateRow, stateOf } from '#engine/heartbeats/rows'
import { scheduleWords } from '#heartbeats/schedule-words'
import { statusAt } from '#heartbeats/status'
import { found } from '#kernel/change'
import { isoAt } from '#kernel/clock'
import type { Ctx, Tx } from '#kernel/context'
import { openSlug, pingUrlOf } from './slug'

/** A heartbeat and where it stands. */
export type Found = { row: HeartbeatRow; state: StateRow }

export const own = ({ tenant }: Ctx | Tx, kind: HeartbeatKind) =>
  and(eq(heartbeats.tenant_id, tenant.id), eq(heartbeats.kind, kind))
export const where = (ctx: Ctx | Tx, id: string, kind: HeartbeatKind) => and(own(ctx, kind), eq(heartbeats.id, id))

export const select = ({ db }: Ctx | Tx) =>
  db
    .select({ row: heartbeats, state: states })
    .from(heartbeats)
    .innerJoin(states, eq(states.heartbeat, heartbeats.number))

/** One of them by its id; another tenant's, or one of another kind, is not found. */
export const one = async (ctx: Ctx | Tx, id: string, kind: HeartbeatKind = 'job'): Promise<Found> =>
  found(
    await select(ctx)
      .where(where(ctx, id, kind))
      .limit(1),
  )

/** Whether whoever asks may report for a heartbeat: those are shown where to. */
export const mayReport = ({ actor }: Ctx) => refusalOf(actor, 'heartbeats:write', '/api/v1/heartbeats') === undefined

const iso = (at: number | null) => (at === null ? null : isoAt(at))

/** A heartbeat as it is shown to whoever asks, whatever its kind; the module of agents adds what is theirs. */
export function viewOf(ctx: Ctx, { row, state: stored }: Found) {
  const { number: _, slug: __, slug_hash: ___, ai: ____, ...config } = row
  const state = stateOf(stored)
  const slug = mayReport(ctx) ? openSlug(ctx.app, row) : null
  return {
    ...config,
    slug,
    ping_url: slug === null ? null : pingUrlOf(ctx.app, slug),
    status: statusAt(state, ctx.now()),
    enabled: state.status !== 'paused',
    since: isoAt(state.since),
    reason: state.reason,
    message: state.message,
    problems: state.problems.map((problem) => ({ ...problem, since: isoAt(problem.since) })),
    running: state.runs.map(({ rid, at }) => ({ rid, at: isoAt(at) })),
    pings: state.pings,
    last_ping_at: iso(state.last_ping_at),
    last_ping_kind: state.last_ping_kind,
    last_run_at: iso(state.last_run_at),
    last_duration_ms: state.last_duration_ms,
    expected_at: iso(state.expected_at),
    deadline_at: iso(state.deadline_at),
    alert_at: iso(state.alert_at),
    schedule_words: scheduleWords(row.schedule),
  }
}
export type View = ReturnType<typeof viewOf>
