/** What must stay the same however long it lasts: the starts of checks, and memory. */
import { percentile, sorted } from './appliance'
import { short } from './goal'
import type { Arrival } from './plan'
import type { Case } from './soak-plan'
import { lateness } from './target-log'
import { clock, type Kept, none } from './verdict'

export type Samples = Record<string, { at: number; rss_mb: number }[]>
type Run = { cases: Case[]; log: Arrival[]; interval_ms: number; begins: number; ends: number }
const CREEP_MS = 5
/** Growth of memory in an hour that is more than chance. */
const GROWTH_MB = 15
/** What a process takes while it gets going is no growth. */
const WARM_SHARE = 0.35
const JUDGED_FROM_MS = 20 * 60_000

/** Starts of monitors that never fail: on their grid from the first to the last, and none left out. */
export function punctual({ cases, log, interval_ms, begins, ends }: Run, byNumber: Map<number, Arrival[]>): Kept[] {
  const calm = new Set(cases.filter(({ window, flapping }) => !window && !flapping).map(({ number }) => number))
  const tenth = (ends - begins) / 10
  const own = log.filter(({ number }) => calm.has(number))
  const late = (from: number, until: number) =>
    sorted(own.filter(({ at }) => at >= from && at < until).map(({ number, at }) => lateness(number, at, interval_ms)))
  const [first, last] = [late(begins, begins + tenth), late(ends - tenth, ends)]
  const creep = percentile(last, 0.5) - percentile(first, 0.5)
  const all = late(begins, ends)
  const holes = cases
    .filter(({ number, regions }) => calm.has(number) && regions.length === 1)
    .flatMap((one) => {
      const times = [begins, ...(byNumber.get(one.number) ?? []).map(({ at }) => at), ends]
      const hole = times.findIndex((at, i) => at - (times[i - 1] ?? at) > 1.5 * interval_ms)
      return hole < 0 ? [] : [`m${one.number} after ${clock(times[hole - 1] ?? 0)}`]
    })
  return [
    {
      promise: `starts do not creep (median of the last tenth − first tenth ≤ ${CREEP_MS} ms)`,
      found: `${short(creep)} ms; all: p50 ${short(percentile(all, 0.5))}, p99 ${short(percentile(all, 0.99))}, most ${short(percentile(all, 1))} ms`,
      kept: Math.abs(creep) <= CREEP_MS,
    },
    none('no check is left out', holes, `${calm.size} monitors`),
  ]
}

export function flat(samples: Samples): Kept[] {
  return Object.entries(samples).map(([who, all]) => {
    const span = (all.at(-1)?.at ?? 0) - (all[0]?.at ?? 0)
    const warm = all.slice(Math.floor(all.length * WARM_SHARE))
    const mean = (of: (one: { at: number; rss_mb: number }) => number) =>
      warm.reduce((sum, one) => sum + of(one), 0) / warm.length
    const [at, rss] = [mean((one) => one.at), mean((one) => one.rss_mb)]
    const slope = mean((one) => (one.at - at) * (one.rss_mb - rss)) / mean((one) => (one.at - at) ** 2)
    const an_hour = slope * 3_600_000
    const judged = span >= JUDGED_FROM_MS
    return {
      promise: `memory of ${who} is flat (≤ ${GROWTH_MB} MB an hour)`,
      found: `${short(rss, 0)} MB, ${short(an_hour, 1)} MB an hour${judged ? '' : ' (too short a run to judge)'}`,
      kept: !judged || an_hour <= GROWTH_MB,
    }
  })
}
