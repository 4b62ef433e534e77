import { eq } from 'drizzle-orm'
import type { Reader, Writer } from '#db/client'
import { heartbeat_states } from '#db/schema/heartbeat-states'
import * as rows from '#engine/heartbeats/rows'
import type { State } from '#heartbeats/define'
import { learn } from '#heartbeats/learn'
import { isoAt } from '#kernel/clock'
import type { App } from '#kernel/context'

/** An agent's habits are learned anew after so many runs (of many runs a share of them is too few to change much), or so long. */
const LEARN_EVERY = 20
const LEARN_SHARE = 1 / 20
const LEARN_AFTER_MS = 6 * 3_600_000
/** While it knows few runs, each counts, people look how far it is, and it takes a millisecond. */
const FEW = 50

type Learner = Pick<rows.Standing, 'row' | 'model' | 'learned_at'>

/**
 * When habits are learned: those of few runs along with the run, others afterwards and one by one, as two thousand runs
 * take a tenth of a second in which no ping would be answered.
 */
export function createLearning({ db, clock, log }: Pick<App, 'db' | 'clock' | 'log'>) {
  const waiting = new Set<number>()
  let working: Promise<void> | undefined

  async function valuesOf(from: Reader | Writer, number: number, job: rows.Standing['job']) {
    const learned_at = isoAt(clock.now())
    try {
      const model = learn(await rows.runsToLearnFrom(from, number), job, clock.now())
      // Safe: a model is plain data.
      return { model: model as unknown as Record<string, unknown>, learned_at }
    } catch (error) {
      // A run is not lost because nothing can be learned from it, and it is not tried again with each one.
      log.error('The habits of an agent cannot be learned', { error: error as Error, heartbeat: number })
      return { learned_at }
    }
  }
  const set = (tx: Writer, number: number, values: Awaited<ReturnType<typeof valuesOf>>) =>
    tx.update(heartbeat_states).set(values).where(eq(heartbeat_states.heartbeat, number))

  async function work() {
    for (const number of waiting) {
      waiting.delete(number)
      // Whoever waits for an answer has a turn first.
      await new Promise((turn) => setImmediate(turn))
      const standing = (await rows.load(db.read, [number])).get(number)
      if (!standing) continue
      const values = await valuesOf(db.read, number, standing.job)
      await db.tx((tx) => set(tx, number, values))
    }
  }
  function wake() {
    working ??= work()
      .catch((error) => log.error('The habits of an agent could not be written', { error: error as Error }))
      .finally(() => {
        working = undefined
        if (waiting.size > 0) wake()
      })
  }

  return {
    /** Inside the transaction of a run; answers whether there is more to learn than that takes time for. */
    async along(
      tx: Writer,
      { row, model, learned_at }: Learner,
      job: rows.Standing['job'],
      state: State,
    ): Promise<boolean> {
      const known = model?.runs ?? 0
      if (known < FEW) {
        await set(tx, row.number, await valuesOf(tx, row.number, job))
        return false
      }
      const every = Math.max(LEARN_EVERY, Math.floor(known * LEARN_SHARE))
      return learned_at === null || clock.now() - learned_at > LEARN_AFTER_MS || state.pings % every === 0
    },
    /** After the commit. */
    later(numbers: number[]) {
      for (const number of numbers) waiting.add(number)
      if (waiting.size > 0) wake()
    },
    busy: () => working !== undefined,
    settled: () => working ?? Promise.resolve(),
  }
}
