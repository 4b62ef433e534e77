import { asc, isNull, sql } from 'drizzle-orm'
import type { Writer } from '#db/client'
import { blind_periods } from '#db/schema/engine'
import { heartbeat_states } from '#db/schema/heartbeat-states'
import { type Batch, isOfDatabase, note, pastOf } from '#engine/heartbeats/batch'
import * as rows from '#engine/heartbeats/rows'
import type { State } from '#heartbeats/define'
import { excused, step } from '#heartbeats/step'
import { toolsOf } from '#heartbeats/tools'
import { isoAt } from '#kernel/clock'
import type { App } from '#kernel/context'

/** Time in which nobody could report; without an end it goes on. */
export type Blind = { from: number; until: number | null }
/** Whose silence is looked at, and as of when. */
export type Silence = { numbers: number[]; also: Blind[]; now: number }

/** One that cannot be judged is tried again after so long. */
const PUT_OFF_MS = 3_600_000

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

/** From when on something it waits for may have come. */
const windowOf = ({ expected_at, runs }: State) =>
  Math.min(expected_at ?? Infinity, ...runs.map(({ at }) => at)) - 60_000

/** Tells who could not be judged, and why; they are due again later, and hold up nobody. */
async function putOff(tx: Writer, { log }: Pick<App, 'log'>, broken: Map<number, unknown>, now: number) {
  for (const [heartbeat, error] of broken)
    log.error('The deadline of a heartbeat cannot be judged; it is looked at again in an hour', {
      ...{ error: error as Error, heartbeat },
    })
  const alert_at = isoAt(now + PUT_OFF_MS)
  for (const heartbeat of broken.keys())
    await tx.update(heartbeat_states).set({ alert_at }).where(sql`${heartbeat_states.heartbeat} = ${heartbeat}`)
}

/** Those that can be read; one that cannot must not hide the others. */
async function readable(tx: Writer, numbers: number[], broken: Map<number, unknown>): Promise<rows.Standing[]> {
  try {
    return [...(await rows.load(tx, numbers)).values()]
  } catch (error) {
    if (isOfDatabase(error)) throw error
    if (numbers.length > 1) {
      const each: rows.Standing[] = []
      for (const number of numbers) each.push(...(await readable(tx, [number], broken)))
      return each
    }
    for (const number of numbers) broken.set(number, error)
    return []
  }
}

/** What their silence means: nothing while nobody could report; less, when nobody could in between. */
export async function judgeSilence(
  tx: Writer,
  app: Pick<App, 'log'>,
  batch: Batch,
  { numbers, also, now }: Silence,
): Promise<void> {
  const broken = new Map<number, unknown>()
  const known = await readable(tx, numbers, broken)
  const earliest = Math.min(now, ...known.map(({ state }) => windowOf(state)))
  const blind = [...(await blindSince(tx, earliest)), ...also]
  for (const standing of known) {
    const { row, job, state } = standing
    try {
      const tools = toolsOf(job, await pastOf(tx, batch, standing, now))
      let after = state
      for (const { from, until } of blind) after = excused(job, after, { from, until: until ?? now }, tools)
      const done = step(job, after, { kind: 'silence', at: now }, tools)
      const { alert_at } = done.state
      if (alert_at !== null && alert_at <= now) throw new Error('Its silence was judged, and it is due all the same')
      note(batch, standing, state, done)
    } catch (error) {
      if (isOfDatabase(error)) throw error
      broken.set(row.number, error)
    }
  }
  await putOff(tx, app, broken, now)
}
