import type { PingDoor, PingKind } from '#contract/heartbeats'
import type { Writer } from '#db/client'
import { type Batch, isOfDatabase, newBatch, note, pastOf, writeBatch } from '#engine/heartbeats/batch'
import { createLearning } from '#engine/heartbeats/learning'
import { type Change, isNews } from '#engine/heartbeats/news'
import * as rows from '#engine/heartbeats/rows'
import { type Blind, judgeSilence, type Silence } from '#engine/heartbeats/silences'
import { tellBeats } from '#engine/records'
import type { Job, Run, Signal, State } from '#heartbeats/define'
import { meaningOf, type Said } from '#heartbeats/meaning'
import { ignored, step } from '#heartbeats/step'
import { type Past, toolsOf } from '#heartbeats/tools'
import type { App } from '#kernel/context'

export type { Blind } from '#engine/heartbeats/silences'

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
type Waiting = { incoming: Incoming; done: (taken: Taken | undefined) => void; failed: (error: unknown) => void }
type Quiet = { silence: Silence; done: () => void; failed: (error: unknown) => void }
type Parts = {
  app: Omit<App, 'engine'>
  kept_pings: number
  /** After a commit: states that changed, and whether people are to hear of it. */
  onChanged: (changes: Change[], news: boolean) => void
}

/** Signals that share a transaction. */
const AT_ONCE = 500

/** The signal by the filter of its heartbeat; nothing when it is not to count. */
function meant({ filter }: rows.HeartbeatRow, { signal, method, said }: Incoming): Signal | undefined {
  const filtered = filter.post_only || filter.rules.length > 0
  if (!filtered || !said || signal.kind === 'silence') return signal
  const kind = meaningOf(filter, signal.kind, { method, ...said() })
  if (kind === 'ignored' || kind === signal.kind) return kind === 'ignored' ? undefined : signal
  const run = signal.run && { ...signal.run, status: kind === 'fail' ? ('error' as const) : ('ok' as const) }
  return { ...signal, kind, ...(run && { run }) }
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

async function take(tx: Writer, batch: Batch, standing: rows.Standing, incoming: Incoming): Promise<Taken> {
  const { row, job } = standing
  const before = batch.states.get(row.number) ?? standing.state
  const signal = meant(row, incoming)
  const past = withRun(await pastOf(tx, batch, standing, incoming.signal.at), incoming.signal)
  const done = signal ? step(job, before, signal, toolsOf(job, past)) : ignored(before, 'Not counted, by the filter')
  note(batch, standing, before, done, incoming)
  if (row.kind === 'ai') batch.pasts.set(row.number, { ...past, recent: [...past.recent, ...done.runs].slice(-200) })
  const run = done.runs.at(-1)
  const kind = done.ping?.kind ?? 'ignored'
  return { ...{ n: done.state.pings, kind, before, after: done.state, job, past }, ...(run && { run }) }
}

/** What became of one of a batch: taken, nothing because there is no such heartbeat, or why it could not be. */
type Outcome = { taken?: Taken; error?: unknown }

/**
 * The way of every ping to the disk. What arrives while a commit runs shares the next one; whoever sent it is answered
 * after its own. Silence goes the same way, so the order of things is the order in which they came.
 */
export function createIntake({ app, kept_pings, onChanged }: Parts) {
  const { db, log, clock } = app
  const queue: (Waiting | Quiet)[] = []
  const learning = createLearning(app)
  let working: Promise<void> | undefined

  const record = (tx: Writer, changes: Change[]) => tellBeats(app, tx, changes)
  const write = (tx: Writer, batch: Batch) => writeBatch(tx, batch, { kept_pings, now: clock.now(), record })
  /** What was committed stays so, whatever those say who are told of it. */
  function tellChanged({ changes }: Batch) {
    try {
      onChanged(changes, changes.some(isNews))
    } catch (error) {
      log.error('Changes of heartbeats could not be told', { error: error as Error })
    }
  }

  /** One after the other; what only one of them is to blame for is its own outcome. */
  async function takeAll(tx: Writer, batch: Batch, known: Map<number, rows.Standing>, some: Waiting[]) {
    const outcomes: Outcome[] = []
    for (const { incoming } of some) {
      const standing = known.get(incoming.number)
      const fits = incoming.slug_hash === undefined || standing?.row.slug_hash === incoming.slug_hash
      try {
        outcomes.push(standing && fits ? { taken: await take(tx, batch, standing, incoming) } : {})
      } catch (error) {
        if (isOfDatabase(error)) throw error
        outcomes.push({ error })
      }
    }
    return outcomes
  }
  async function commit(some: Waiting[]) {
    const batch = newBatch()
    const later: number[] = []
    const outcomes = await db.tx(async (tx) => {
      const known = await rows.load(tx, [...new Set(some.map(({ incoming }) => incoming.number))])
      const outcomes = await takeAll(tx, batch, known, some)
      await write(tx, batch)
      for (const number of batch.pasts.keys()) {
        const [standing, state] = [known.get(number), batch.states.get(number)]
        if (standing && state && (await learning.along(tx, standing, standing.job, state))) later.push(number)
      }
      return outcomes
    })
    tellChanged(batch)
    some.forEach(({ incoming, done, failed }, i) => {
      const { taken, error } = outcomes[i] ?? {}
      if (error === undefined) done(taken)
      else {
        log.error('A ping could not be recorded', { error: error as Error, heartbeat: incoming.number })
        failed(error)
      }
    })
    learning.later(later)
  }
  /** What cannot be written is told to whoever sent it, and costs nobody else anything. */
  async function singly(some: Waiting[]) {
    for (const one of some)
      await commit([one]).catch((error) => {
        log.error('A ping could not be recorded', { error: error as Error, heartbeat: one.incoming.number })
        one.failed(error)
      })
  }
  async function hush({ silence, done, failed }: Quiet) {
    const batch = newBatch()
    try {
      await db.tx(async (tx) => {
        await judgeSilence(tx, app, batch, silence)
        await write(tx, batch)
      })
    } catch (error) {
      return failed(error)
    }
    tellChanged(batch)
    done()
  }
  async function work() {
    while (queue.length > 0) {
      // Whatever arrived in the same turn of the loop comes along.
      await new Promise((turn) => setImmediate(turn))
      const some: Waiting[] = []
      for (let next = queue[0]; next && 'incoming' in next && some.length < AT_ONCE; next = queue[0]) {
        some.push(next)
        queue.shift()
      }
      if (some.length > 0) await commit(some).catch(() => singly(some))
      const next = queue[0]
      if (next && 'silence' in next) {
        queue.shift()
        await hush(next)
      }
    }
  }
  function wake() {
    working ??= work().finally(() => {
      working = undefined
      if (queue.length > 0) wake()
    })
  }

  return {
    /** Resolves after the commit; nothing when there is no such heartbeat. Rejects when it cannot be written. */
    take: (incoming: Incoming): Promise<Taken | undefined> =>
      new Promise((done, failed) => {
        queue.push({ incoming, done, failed })
        wake()
      }),
    /**
     * Those whose silence means something by now, which is a ping that came before counts first, however slow the disk is;
     * `also`: a time in which nobody could report that is not on record.
     */
    silence: (numbers: number[], also: Blind[] = []): Promise<void> =>
      new Promise((done, failed) => {
        queue.push({ silence: { numbers, also, now: clock.now() }, done, failed })
        wake()
      }),
    busy: () => working !== undefined || learning.busy(),
    async settled() {
      await working
      await learning.settled()
    },
  }
}
export type Intake = ReturnType<typeof createIntake>
