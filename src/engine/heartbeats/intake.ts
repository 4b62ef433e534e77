import { asc, isNull, sql } from 'drizzle-orm'
import type { PingDoor, PingKind } from '#contract/heartbeats'
import type { Writer } from '#db/client'
import { blind_periods } from '#db/schema/engine'
import { heartbeat_states } from '#db/schema/heartbeat-states'
import { type Change, isNews, tell } from '#engine/heartbeats/news'
import * as rows from '#engine/heartbeats/rows'
import type { Flip, Job, Run, Signal, State, Step } from '#heartbeats/define'
import { learn } from '#heartbeats/learn'
import { meaningOf, type Said } from '#heartbeats/meaning'
import { excused, ignored, step } from '#heartbeats/step'
import { type Past, toolsOf } from '#heartbeats/tools'
import { isoAt } from '#kernel/clock'
import type { App } from '#kernel/context'

/** A signal on its way in, with what is kept of it. */
export type Incoming = {
  number: number
  /** The hash of the slug it came with: one that was changed meanwhile opens nothing. */
  slug_hash?: string
  signal: Signal
  door: PingDoor
  method?: string
  address?: string
  agent?: string
  /** At most PING_BODY_LIMIT of it. */
  body?: Uint8Array
  /** How long it was. */
  body_bytes?: number
  /** What an agent tells beside numbers. */
  details?: Record<string, unknown>
  /** What it says, for the filter of the heartbeat to judge; read only where there is one. */
  said?: () => Said
}
/** What became of it, after the commit. */
export type Taken = { n: number; kind: PingKind; before: State; after: State; run?: Run; job: Job; past: Past }
/** Time in which nobody could report; without an end it goes on. */
export type Blind = { from: number; until: number | null }

type Waiting = { incoming: Incoming; done: (taken: Taken | undefined) => void; failed: (error: unknown) => void }
type Parts = {
  app: Omit<App, 'engine'>
  kept_pings: number
  /** After a commit: states that changed, and whether people are to hear of it. */
  onChanged: (changes: Change[], news: boolean) => void
}

/** Signals that share a transaction. */
const AT_ONCE = 500
/** An agent's habits are learned anew after so many runs, or so long. */
const LEARN_EVERY = 20
const LEARN_AFTER_MS = 6 * 3_600_000
/** While it knows few runs, each counts, and people look how far it is. */
const FEW = 50
/** A run of more than this many details is cut by whoever takes it in. */
const nothing: Past = { model: null, recent: [], today: { cost_usd: 0, tokens: 0 } }

/** The signal by the filter of its heartbeat; nothing when it is not to count. */
function meant({ filter }: rows.HeartbeatRow, { signal, method, said }: Incoming): Signal | undefined {
  const filtered = filter.post_only || filter.rules.length > 0
  if (!filtered || !said || signal.kind === 'silence') return signal
  const kind = meaningOf(filter, signal.kind, { method, ...said() })
  if (kind === 'ignored' || kind === signal.kind) return kind === 'ignored' ? undefined : signal
  const run = signal.run && { ...signal.run, status: kind === 'fail' ? ('error' as const) : ('ok' as const) }
  return { ...signal, kind, ...(run && { run }) }
}

/** What a batch has changed, gathered until it is written. */
type Batch = {
  states: Map<number, State>
  pings: rows.PingRow[]
  runs: rows.RunRow[]
  flips: (Flip & { heartbeat: number })[]
  changes: Change[]
  pasts: Map<number, Past>
  written: Map<number, { first: number; last: number }>
}
const newBatch = (): Batch => ({
  ...{ states: new Map(), pings: [], runs: [], flips: [], changes: [], pasts: new Map(), written: new Map() },
})

/**
 * The way of every ping to the disk. What arrives while a commit runs shares the next one; whoever sent it is answered
 * after its own. Silence goes the same way, so the order of things is the order of commits.
 */
export function createIntake({ app, kept_pings, onChanged }: Parts) {
  const { db, log, clock } = app
  const queue: Waiting[] = []
  let working: Promise<void> | undefined

  async function pastOf(tx: Writer, batch: Batch, { row, model }: rows.Standing, at: number): Promise<Past> {
    if (row.kind !== 'ai') return nothing
    const known = batch.pasts.get(row.number)
    if (known) return known
    const recent = await rows.recentRuns(tx, row.number)
    return { model, recent, today: await rows.spentToday(tx, row, at) }
  }
  /** With the run that is being judged. */
  function withRun(past: Past, { run }: Signal): Past {
    const { cost_usd = 0, input_tokens = 0, output_tokens = 0 } = run?.numbers ?? {}
    const { today } = past
    return {
      ...past,
      today: { cost_usd: today.cost_usd + cost_usd, tokens: today.tokens + input_tokens + output_tokens },
    }
  }
  function note(batch: Batch, { row }: rows.Standing, before: State, done: Step, incoming?: Incoming) {
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

  async function take(tx: Writer, batch: Batch, standing: rows.Standing, incoming: Incoming): Promise<Taken> {
    const { row, job } = standing
    const before = batch.states.get(row.number) ?? standing.state
    const signal = meant(row, incoming)
    const past = withRun(await pastOf(tx, batch, standing, incoming.signal.at), incoming.signal)
    const done = signal ? step(job, before, signal, toolsOf(job, past)) : ignored(before, 'Not counted, by the filter')
    note(batch, standing, before, done, incoming)
    if (row.kind === 'ai') batch.pasts.set(row.number, { ...past, recent: [...past.recent, ...done.runs].slice(-200) })
    const run = done.runs.at(-1)
    return {
      n: done.state.pings,
      kind: done.ping?.kind ?? 'ignored',
      before,
      after: done.state,
      job,
      past,
      ...(run && { run }),
    }
  }

  async function write(tx: Writer, batch: Batch) {
    await rows.writePings(tx, batch.pings)
    await rows.writeRuns(tx, batch.runs)
    await rows.writeFlips(tx, batch.flips)
    await rows.writeStates(tx, [...batch.states])
    for (const change of batch.changes) if (isNews(change)) await tell(tx, change, clock.now())
    await rows.tidy(tx, batch.written, kept_pings)
  }

  async function relearn(tx: Writer, standing: rows.Standing, past: Past, state: State) {
    const { row, job, learned_at } = standing
    const known = past.model?.runs ?? 0
    const old = learned_at === null || clock.now() - learned_at > LEARN_AFTER_MS
    if (!(old || state.pings % LEARN_EVERY === 0 || known < FEW)) return
    const runs = await rows.runsToLearnFrom(tx, row.number)
    const model = learn(runs, job, clock.now())
    // Safe: a model is plain data.
    const values = { model: model as unknown as Record<string, unknown>, learned_at: isoAt(clock.now()) }
    await tx.update(heartbeat_states).set(values).where(sql`${heartbeat_states.heartbeat} = ${row.number}`)
  }

  async function commit(some: Waiting[]) {
    const batch = newBatch()
    const answers = await db.tx(async (tx) => {
      const known = await rows.load(tx, [...new Set(some.map(({ incoming }) => incoming.number))])
      const answers: (Taken | undefined)[] = []
      for (const { incoming } of some) {
        const standing = known.get(incoming.number)
        const fits = incoming.slug_hash === undefined || standing?.row.slug_hash === incoming.slug_hash
        answers.push(standing && fits ? await take(tx, batch, standing, incoming) : undefined)
      }
      await write(tx, batch)
      for (const [number, past] of batch.pasts) {
        const [standing, state] = [known.get(number), batch.states.get(number)]
        if (standing && state) await relearn(tx, standing, past, state)
      }
      return answers
    })
    onChanged(batch.changes, batch.changes.some(isNews))
    some.forEach(({ done }, i) => {
      done(answers[i])
    })
  }
  /** What cannot be written is told to whoever sent it, and costs nobody else anything. */
  async function singly(some: Waiting[]) {
    for (const one of some)
      await commit([one]).catch((error) => {
        log.error('A ping could not be recorded', { error: error as Error, heartbeat: one.incoming.number })
        one.failed(error)
      })
  }
  async function work() {
    while (queue.length > 0) {
      // Whatever arrived in the same turn of the loop comes along.
      await new Promise((turn) => setImmediate(turn))
      const some = queue.splice(0, AT_ONCE)
      await commit(some).catch(() => singly(some))
    }
  }
  function wake() {
    working ??= work().finally(() => {
      working = undefined
      if (queue.length > 0) wake()
    })
  }

  /** Blind times of the appliance itself that may have swallowed something since `from`. */
  async function blindSince(tx: Writer, from: number): Promise<Blind[]> {
    const found = await tx
      .select({ from: blind_periods.from, until: blind_periods.until })
      .from(blind_periods)
      .where(
        sql`${isNull(blind_periods.prober_id)} and (${blind_periods.until} is null or ${blind_periods.until} > ${from})`,
      )
      .orderBy(asc(blind_periods.from))
    return found.map((one) => ({
      from: Date.parse(one.from),
      until: one.until === null ? null : Date.parse(one.until),
    }))
  }

  /** What one silence means: nothing while nobody could report; less, when nobody could in between. */
  function judgeSilence(batch: Batch, standing: rows.Standing, past: Past, blind: Blind[], now: number) {
    const { job, state } = standing
    const tools = toolsOf(job, past)
    let after = state
    for (const { from, until } of blind) after = excused(job, after, { from, until: until ?? now }, tools)
    const done = step(job, after, { kind: 'silence', at: now }, tools)
    note(batch, standing, state, done)
  }

  return {
    /** Resolves after the commit; nothing when there is no such heartbeat. Rejects when it cannot be written. */
    take: (incoming: Incoming): Promise<Taken | undefined> =>
      new Promise((done, failed) => {
        queue.push({ incoming, done, failed })
        wake()
      }),
    /** Those whose silence means something by now; `also`: a time in which nobody could report that is not on record. */
    async silence(numbers: number[], also: Blind[] = []): Promise<void> {
      const batch = newBatch()
      await db.tx(async (tx) => {
        const now = clock.now()
        const known = await rows.load(tx, numbers)
        const earliest = Math.min(now, ...[...known.values()].map(({ state }) => windowOf(state)))
        const blind = [...(await blindSince(tx, earliest)), ...also]
        for (const standing of known.values()) {
          const past = await pastOf(tx, batch, standing, now)
          judgeSilence(batch, standing, past, blind, now)
        }
        await write(tx, batch)
      })
      onChanged(batch.changes, batch.changes.some(isNews))
    },
    busy: () => working !== undefined,
    settled: () => working ?? Promise.resolve(),
  }
}
/** From when on something it waits for may have come. */
const windowOf = ({ expected_at, runs }: State) =>
  Math.min(expected_at ?? Infinity, ...runs.map(({ at }) => at)) - 60_000
export type Intake = ReturnType<typeof createIntake>
