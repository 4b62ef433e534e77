import { DrizzleQueryError } from 'drizzle-orm'
import type { Writer } from '#db/client'
import type { Incoming } from '#engine/heartbeats/intake'
import { type Change, isNews, tell } from '#engine/heartbeats/news'
import * as rows from '#engine/heartbeats/rows'
import type { Flip, State, Step } from '#heartbeats/define'
import type { Past } from '#heartbeats/tools'

/** What a batch has changed, gathered until it is written. */
export type Batch = {
  states: Map<number, State>
  pings: rows.PingRow[]
  runs: rows.RunRow[]
  flips: (Flip & { heartbeat: number })[]
  changes: Change[]
  pasts: Map<number, Past>
  written: Map<number, { first: number; last: number }>
}
export const newBatch = (): Batch => ({
  ...{ states: new Map(), pings: [], runs: [], flips: [], changes: [], pasts: new Map(), written: new Map() },
})

const nothing: Past = { model: null, recent: [], today: { cost_usd: 0, tokens: 0 } }
/** What one is judged by beside its state: only of agents there is more. */
export async function pastOf(tx: Writer, batch: Batch, { row, model }: rows.Standing, at: number): Promise<Past> {
  if (row.kind !== 'ai') return nothing
  const known = batch.pasts.get(row.number)
  if (known) return known
  const recent = await rows.recentRuns(tx, row.number)
  return { model, recent, today: await rows.spentToday(tx, row, at) }
}

/** What a step did to one of them, to be written with the others. */
export function note(batch: Batch, { row }: rows.Standing, before: State, done: Step, incoming?: Incoming) {
  const { number: heartbeat } = row
  const { state: after, ping, runs, flips } = done
  batch.states.set(heartbeat, after)
  const codes = after.problems.map(({ code }) => code)
  for (const run of runs) batch.runs.push({ ...run, heartbeat, details: incoming?.details ?? null, problems: codes })
  for (const flip of flips) batch.flips.push({ ...flip, heartbeat })
  batch.changes.push({ row, before, after, flips })
  if (!ping || !incoming) return
  const { signal, door, method = null, address = null, agent = null, body, body_bytes = body?.length ?? 0 } = incoming
  const { at, rid = null, exit_code = null, numbers = null } = signal
  const n = after.pings
  batch.written.set(heartbeat, { first: batch.written.get(heartbeat)?.first ?? n, last: n })
  batch.pings.push({
    ...{ heartbeat, n, at, door, method, address, agent, rid, exit_code, numbers, body, body_bytes },
    ...{ kind: ping.kind, duration_ms: ping.duration_ms, note: ping.note },
  })
}

type Writing = {
  kept_pings: number
  now: number
  /** Programs that keep a record hear of it too. */
  record: (tx: Writer, changes: Change[]) => Promise<void>
}
export async function writeBatch(tx: Writer, batch: Batch, { kept_pings, now, record }: Writing) {
  await rows.writePings(tx, batch.pings)
  await rows.writeRuns(tx, batch.runs)
  await rows.writeFlips(tx, batch.flips)
  await rows.writeStates(tx, [...batch.states])
  const news = batch.changes.filter(isNews)
  for (const change of news) await tell(tx, change, now)
  await record(tx, news)
  await rows.tidy(tx, batch.written, kept_pings)
}

/**
 * Whether the database itself refused: then nothing of a batch can be written. Whatever else is thrown is about the one
 * heartbeat that was worked on, as a schedule that cannot be read any more, and costs the others nothing.
 */
export const isOfDatabase = (error: unknown): boolean =>
  error instanceof DrizzleQueryError || (error instanceof Error && error.name === 'LibsqlError')
