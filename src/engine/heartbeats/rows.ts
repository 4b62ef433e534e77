import { and, desc, eq, gte, sql } from 'drizzle-orm'
import type { PingDoor, PingKind } from '#contract/heartbeats'
import type { Reader, Writer } from '#db/client'
import { heartbeat_bodies, heartbeat_runs, heartbeat_states } from '#db/schema/heartbeat-states'
import { heartbeats } from '#db/schema/heartbeats'
import type { Flip, Job, Run, State } from '#heartbeats/define'
import type { PastRun } from '#heartbeats/judge'
import type { Model } from '#heartbeats/learn'
import { newState } from '#heartbeats/step'
import { dayAt } from '#kernel/days'

export type HeartbeatRow = typeof heartbeats.$inferSelect
export type StateRow = typeof heartbeat_states.$inferSelect
export type Standing = { row: HeartbeatRow; job: Job; state: State; model: Model | null; learned_at: number | null }

export const jobOf = (row: HeartbeatRow): Job => {
  const { kind, schedule, grace_s, max_runtime_s, min_interval_s, per_day } = row
  const { failures, manual_resume, watch_duration, numbers, ai } = row
  return {
    ...{ kind, schedule, grace_s, max_runtime_s, min_interval_s, per_day },
    ...{ failures, manual_resume, watch_duration, numbers, ai },
  }
}

const ms = (iso: string | null) => (iso === null ? null : Date.parse(iso))

/** The state as `step` knows it; what has no column of its own is in `data`. */
export function stateOf(row: StateRow): State {
  const { status, since, reason, message, pings, data } = row
  return {
    ...newState(Date.parse(since)),
    // Safe: written by `documentOf` alone.
    ...(data as Partial<State>),
    ...{ status, reason, message, pings },
    last_ping_at: ms(row.last_ping_at),
    last_run_at: ms(row.last_run_at),
    expected_at: ms(row.expected_at),
    deadline_at: ms(row.deadline_at),
    alert_at: ms(row.alert_at),
  }
}
const documentOf = (state: State) => {
  const { problems, last_ping_kind, last_began_at, last_duration_ms, runs, durations, failed_in_row, day, base } = state
  return { problems, last_ping_kind, last_began_at, last_duration_ms, runs, durations, failed_in_row, day, base }
}

export const among = (numbers: number[]) => sql`(select value from json_each(${JSON.stringify(numbers)}))`

/** Heartbeats with where they stand, in one query. */
export async function load(db: Reader | Writer, numbers: number[]): Promise<Map<number, Standing>> {
  const rows = await db
    .select({ row: heartbeats, stored: heartbeat_states })
    .from(heartbeats)
    .innerJoin(heartbeat_states, eq(heartbeat_states.heartbeat, heartbeats.number))
    .where(sql`${heartbeats.number} in ${among(numbers)}`)
  return new Map(
    rows.map(({ row, stored }) => [
      row.number,
      // Safe: a model is written by `learn` alone, and read by the same program or a newer one.
      {
        row,
        job: jobOf(row),
        state: stateOf(stored),
        model: stored.model as Model | null,
        learned_at: ms(stored.learned_at),
      },
    ]),
  )
}

/** How many of its last runs an agent is judged by. */
const RECENT = 100
const LEARNT_FROM = 2_000

const pastOf = (row: typeof heartbeat_runs.$inferSelect): PastRun => ({
  status: row.status,
  began_at: ms(row.began_at),
  ended_at: Date.parse(row.ended_at),
  duration_ms: row.duration_ms,
  numbers: row.numbers ?? {},
})
/** Its last runs, oldest first. */
export async function lastRuns(db: Reader | Writer, number: number, count: number): Promise<PastRun[]> {
  const rows = await db
    .select()
    .from(heartbeat_runs)
    .where(eq(heartbeat_runs.heartbeat, number))
    .orderBy(desc(heartbeat_runs.ended_at), desc(heartbeat_runs.seq))
    .limit(count)
  return rows.reverse().map(pastOf)
}
export const recentRuns = (db: Writer, number: number) => lastRuns(db, number, RECENT)
export const runsToLearnFrom = (db: Reader | Writer, number: number) => lastRuns(db, number, LEARNT_FROM)

/** What the runs of the calendar day have cost and used so far. */
export async function spentToday(db: Writer, { number, schedule }: HeartbeatRow, at: number) {
  const { from } = dayAt(schedule.timezone, at)
  const of = (name: string) => sql<number>`coalesce(sum(${heartbeat_runs.numbers} ->> ${`$.${name}`}), 0)`
  const [sums] = await db
    .select({ cost_usd: of('cost_usd'), input: of('input_tokens'), output: of('output_tokens') })
    .from(heartbeat_runs)
    .where(and(eq(heartbeat_runs.heartbeat, number), gte(heartbeat_runs.ended_at, new Date(from).toISOString())))
  return { cost_usd: sums?.cost_usd ?? 0, tokens: (sums?.input ?? 0) + (sums?.output ?? 0) }
}

/** Writes states, as many as there are, by one statement. */
export const writeStates = (db: Writer, states: [number, State][]) =>
  db.run(sql`update heartbeat_states set
      status = e.value ->> 'status', since = e.value ->> 'since', reason = e.value ->> 'reason',
      message = e.value ->> 'message', pings = e.value ->> 'pings', last_ping_at = e.value ->> 'last_ping_at',
      last_run_at = e.value ->> 'last_run_at', expected_at = e.value ->> 'expected_at',
      deadline_at = e.value ->> 'deadline_at', alert_at = e.value ->> 'alert_at', data = e.value -> 'data'
    from json_each(${JSON.stringify(states.map(([heartbeat, state]) => ({ ...columnsOf(state), heartbeat, data: documentOf(state) })))}) e
    where heartbeat_states.heartbeat = e.value ->> 'heartbeat'`)
const columnsOf = (state: State) => {
  const { status, since, reason, message, pings, last_ping_at, last_run_at, expected_at, deadline_at, alert_at } = state
  return { status, since, reason, message, pings, last_ping_at, last_run_at, expected_at, deadline_at, alert_at }
}
/** The row with which a heartbeat begins, or goes on otherwise than by a signal. */
export const stateRow = (heartbeat: number, state: State): typeof heartbeat_states.$inferInsert => {
  const iso = (at: number | null) => (at === null ? null : new Date(at).toISOString())
  const { status, reason, message, pings } = state
  return {
    ...{ heartbeat, status, reason, message, pings, data: documentOf(state) },
    since: new Date(state.since).toISOString(),
    last_ping_at: iso(state.last_ping_at),
    last_run_at: iso(state.last_run_at),
    expected_at: iso(state.expected_at),
    deadline_at: iso(state.deadline_at),
    alert_at: iso(state.alert_at),
  }
}

export type PingRow = {
  heartbeat: number
  n: number
  kind: PingKind
  at: number
  door: PingDoor
  method: string | null
  address: string | null
  agent: string | null
  rid: string | null
  exit_code: number | null
  duration_ms: number | null
  numbers: Record<string, number> | null
  note: string | null
  body_bytes: number
  body?: Uint8Array
}
/** Shorter than this, packing a body costs more than it saves. */
const PACKED_FROM = 512

export async function writePings(db: Writer, pings: PingRow[]): Promise<void> {
  if (pings.length === 0) return
  const given = pings.map(({ body: _, ...row }) => row)
  const written = await db.all<{ seq: number; heartbeat: number; n: number }>(sql`insert into heartbeat_pings
      (heartbeat, n, kind, at, door, method, address, agent, rid, exit_code, duration_ms, numbers, note, body_bytes)
    select e.value ->> 'heartbeat', e.value ->> 'n', e.value ->> 'kind', e.value ->> 'at', e.value ->> 'door',
      e.value ->> 'method', e.value ->> 'address', e.value ->> 'agent', e.value ->> 'rid', e.value ->> 'exit_code',
      e.value ->> 'duration_ms', nullif(e.value -> 'numbers', 'null'), e.value ->> 'note', e.value ->> 'body_bytes'
    from json_each(${JSON.stringify(given)}) e
    returning seq, heartbeat, n`)
  const withBody = pings.filter(({ body }) => body && body.length > 0)
  if (withBody.length === 0) return
  const seqOf = new Map(written.map(({ seq, heartbeat, n }) => [`${heartbeat} ${n}`, seq]))
  for (const { heartbeat, n, body } of withBody) {
    const ping = seqOf.get(`${heartbeat} ${n}`)
    if (ping === undefined || !body) continue
    const packed = body.length >= PACKED_FROM
    const data = Buffer.from(packed ? Bun.gzipSync(Uint8Array.from(body)) : body)
    await db.insert(heartbeat_bodies).values({ ping, packed, data })
  }
}
/** The body of a ping as it came. */
export const unpacked = ({ packed, data }: typeof heartbeat_bodies.$inferSelect): Uint8Array =>
  packed ? Bun.gunzipSync(Uint8Array.from(data)) : data

export type RunRow = Run & { heartbeat: number; details: Record<string, unknown> | null; problems: string[] }
export async function writeRuns(db: Writer, runs: RunRow[]): Promise<void> {
  if (runs.length === 0) return
  await db.run(sql`insert into heartbeat_runs
      (heartbeat, status, began_at, ended_at, duration_ms, rid, numbers, details, problems)
    select e.value ->> 'heartbeat', e.value ->> 'status', e.value ->> 'began_at', e.value ->> 'ended_at',
      e.value ->> 'duration_ms', e.value ->> 'rid', nullif(e.value -> 'numbers', '{}'),
      nullif(e.value -> 'details', 'null'), nullif(e.value -> 'problems', '[]')
    from json_each(${JSON.stringify(runs)}) e`)
}

export async function writeFlips(db: Writer, flips: (Flip & { heartbeat: number })[]): Promise<void> {
  if (flips.length === 0) return
  await db.run(sql`insert into heartbeat_flips (heartbeat, "from", "to", at, reason, message)
    select e.value ->> 'heartbeat', e.value ->> 'from', e.value ->> 'to', e.value ->> 'at', e.value ->> 'reason',
      e.value ->> 'message'
    from json_each(${JSON.stringify(flips)}) e`)
}

/** Runs of one heartbeat that are kept; an hourly job has them for half a year. */
const KEPT_RUNS = 5_000
/** And changes of its status, which are read as a whole: one that flaps with each ping must not fill the disk. */
const KEPT_FLIPS = 5_000
/** Of how many pings of a heartbeat one tidies up. */
const TIDY_PINGS = 20
const TIDY_RUNS = 500

/** Drops what is older than the last `kept` pings, and runs and changes beyond their number. */
export async function tidy(
  db: Writer,
  written: Map<number, { first: number; last: number }>,
  kept: number,
): Promise<void> {
  for (const [number, { first, last: n }] of written) {
    const passed = (every: number) => Math.floor(n / every) > Math.floor((first - 1) / every)
    if (passed(TIDY_PINGS))
      await db.run(sql`delete from heartbeat_pings where heartbeat = ${number} and n <= ${n - kept}`)
    if (!passed(TIDY_RUNS)) continue
    await db.run(sql`delete from heartbeat_runs where heartbeat = ${number} and (ended_at, seq) <= (select ended_at, seq
      from heartbeat_runs where heartbeat = ${number} order by ended_at desc, seq desc limit 1 offset ${KEPT_RUNS})`)
    await db.run(sql`delete from heartbeat_flips where heartbeat = ${number} and (at, seq) <= (select at, seq
      from heartbeat_flips where heartbeat = ${number} order by at desc, seq desc limit 1 offset ${KEPT_FLIPS})`)
  }
}
