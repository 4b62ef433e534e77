import { measureOf, type Scale, scaleOf } from '#heartbeats/judge-measure'
import { classOf, FAR_OUT, TAILS, watchFailures, watchMeasure } from '#heartbeats/judge-shift'
import type { Measure, Model, PastRun, Usual } from '#heartbeats/learn-model'
import { doubt, quantile, sortedOf, spreadOf } from '#heartbeats/learn-stats'

const DAY_MS = 86_400_000
/** Fewer tell nothing. */
const FEWEST = 7
/** After so many runs of a past it is looked at for the first time what is usual, then whenever there are twice as many. */
const FIRST_LOOK = 50
/** Of many usual runs, the last so many are what is usual now. */
const NEWEST = 2_000
/** A jump is the new normal when it has lasted so long, in so many runs; until then it is reported, and not learned. */
const ACCEPTED_MS = 10 * DAY_MS
const ACCEPTED_RUNS = 20
/** A shift that was over after so many runs was none. */
const WILD_RUNS = 8
/** Left out of what is usual is only what is far clearer than what is reported: else what is usual would look too good. */
const CLEARER = 4

const both = [1, -1] as const

/** What values usually are; a few wild ones do not move it. */
function fit(values: readonly number[], { least_spread, from, width }: Scale): Usual {
  const sorted = sortedOf(values)
  const center = quantile(sorted, 0.5)
  const spread = Math.max(least_spread, spreadOf(sorted, both) * doubt(values.length, 1.5))
  const tails = new Array<number>(TAILS).fill(0)
  for (const value of values)
    if (Math.abs(value - center) > FAR_OUT * spread) tails[classOf(value - center, width)]! += 1
  return {
    ...{ count: values.length, center, spread, echo: echoOf(values, center, spread), tails },
    ...{ low: from(quantile(sorted, 0.1)), high: from(quantile(sorted, 0.9)) },
    ...{ above: (sorted.at(-1) ?? center) - center, below: center - (sorted[0] ?? center) },
  }
}

/** How much a value takes after the one before (its autocorrelation), where that is no chance. */
function echoOf(values: readonly number[], center: number, spread: number): number {
  const clipped = values.map((value) => Math.max(-3, Math.min(3, (value - center) / spread)))
  let [together, all] = [0, 0]
  clipped.forEach((value, i) => {
    together += value * (clipped[i + 1] ?? 0)
    all += value * value
  })
  const echo = all > 0 ? together / all : 0
  return echo > 2.5 / Math.sqrt(values.length) ? Math.min(0.8, echo) : 0
}

type Point = { value: number; at: number }
type Past<U> = {
  fit: (values: number[]) => U
  /** Answers how many of the last values are a sudden shift. */
  watch: (usual: U) => (value: number) => number
}

/**
 * What was usual: a past is walked through as it happened, and what came after a sudden shift is left out until it is back
 * to normal, or has lasted so long that it is the normal. Slow drift is never sudden, so it is learned.
 */
function settled<U>(points: Point[], { fit, watch }: Past<U>): U {
  let kept: number[] = []
  let shifted: Point[] = []
  let look = FIRST_LOOK
  let shiftOf: ((value: number) => number) | undefined
  points.forEach((point, i) => {
    const lasted = shiftOf?.(point.value) ?? 0
    if (lasted > 0) {
      if (shifted.length === 0) {
        kept = kept.slice(0, Math.max(0, kept.length - lasted + 1))
        shifted = points.slice(i - lasted + 1, i)
      }
      shifted.push(point)
      const [begin] = shifted
      if (!begin || point.at - begin.at < ACCEPTED_MS || shifted.length < ACCEPTED_RUNS) return
      kept = shifted.map(({ value }) => value)
      look = kept.length
    } else {
      // What was over so soon were wild runs: they happen, and how often is a part of what is usual.
      if (shifted.length <= WILD_RUNS) kept.push(...shifted.map(({ value }) => value))
      kept.push(point.value)
    }
    shifted = []
    if (kept.length < look) return
    look = Math.max(FIRST_LOOK, 2 * kept.length)
    shiftOf = watch(fit(kept.slice(-NEWEST)))
  })
  return fit(kept.slice(-NEWEST))
}

/** What a measure usually is; nothing while too few runs that ended well have told it. */
export function usualOf(measure: Measure, runs: PastRun[], enough: number): Usual | undefined {
  const scale = scaleOf(measure)
  const points = runs.flatMap((run): Point[] => {
    const value = run.status === 'ok' ? measureOf(measure, run) : undefined
    return value === undefined ? [] : [{ value: scale.to(value), at: run.ended_at }]
  })
  if (points.length < FEWEST) return undefined
  const usual = settled(points, {
    fit: (values) => fit(values, scale),
    watch(usual) {
      const watches = both.map((sign) => watchMeasure({ usual, scale, sign, enough: enough + CLEARER, alone: false }))
      return (value) => Math.max(...watches.map((watch) => watch(value)))
    },
  })
  // Of what is usually nothing, there is no twice as much.
  return measure !== 'quality' && scale.from(usual.center) < 1e-8 ? undefined : usual
}

/** Rarer failures are not told apart from none. */
const LEAST_SHARE = 0.01

/** The share of runs that fail usually; while few runs are known, nearer to 4 in 100. */
export function failingOf(runs: PastRun[], enough: number): Model['failing'] {
  if (runs.length < FEWEST) return null
  const points = runs.map(({ status, ended_at }) => ({ value: status === 'ok' ? 0 : 1, at: ended_at }))
  return settled(points, {
    fit(values) {
      const count = values.length
      const failed = values.reduce((sum, value) => sum + value, 0)
      const share = (failed + 4) / (count + 100)
      return { seen: failed / count, share: Math.min(0.9, Math.max(LEAST_SHARE, share)), count }
    },
    watch: ({ share }) => watchFailures(share, enough + CLEARER),
  })
}
