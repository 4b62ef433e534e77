import type { Scale } from '#heartbeats/judge-measure'
import type { Usual } from '#heartbeats/learn-model'

/** Classes of `tails`: this many on either side of the center. */
const CLASSES = 7
export const TAILS = 2 * CLASSES + 1
/** From so many spreads on a run is far out, and counted by how far. */
export const FAR_OUT = 4
export const classOf = (deviation: number, width: number) =>
  CLASSES + Math.max(-CLASSES, Math.min(CLASSES, Math.round(deviation / width)))

const KNOWN_WELL = 400
/** Of the evidence that is enough, so much is in one wild run at most. */
const OF_A_WILD_RUN = 0.45

/** Evidence for each shift that is looked for, and whether the run alone is enough. */
export type Evidence = { deviation: number; for: number[]; alone: boolean }

const ROOT = Math.sqrt(2 * Math.PI)
const normal = (deviation: number, spread: number) => Math.exp(-0.5 * (deviation / spread) ** 2) / (spread * ROOT)

/**
 * What a value tells about a shift: the logarithm of how much likelier it is after the shift than as usual. Wild runs are
 * part of what is usual, as often and as far out as they were: one of them is hardly evidence for anything.
 */
export function evidenceOf(
  usual: Usual,
  { steps, reach, width, wild: wildFrom, far }: Scale,
  sign: 1 | -1,
  enough: number,
) {
  const { center, spread, count, tails, echo } = usual
  const top = steps.at(-1) ?? 0
  const wide = Math.max(spread, reach)
  const wildness = tails.map((seen, i) => {
    // As often as they may be in truth: a few seen by chance are no good measure.
    const known = seen + ((tails[i - 1] ?? 0) + (tails[i + 1] ?? 0)) / 4
    return (known + 2 * Math.sqrt(known) + 0.5) / (count + 1) / width
  })
  // Runs that take after each other are less evidence than their number.
  const worth = (1 - echo) / (1 + echo)
  const alone = Math.max(far, (sign > 0 ? usual.above : usual.below) + Math.log(3))
  // That no wild run was seen means something only after many runs.
  const wildAgent = count < KNOWN_WELL || tails.some((seen) => seen > 0)
  return (scaled: number): Evidence => {
    const deviation = (scaled - center) * sign
    const wild = wildness[classOf(scaled - center, width)] ?? 0
    const asUsual = normal(deviation, spread) + wild
    const near = Math.min(deviation, top)
    const most = wildAgent && deviation > wildFrom ? enough * OF_A_WILD_RUN : Number.POSITIVE_INFINITY
    const evidence = new Array<number>(steps.length)
    for (let i = 0; i < steps.length; i++)
      evidence[i] = Math.min(most, Math.log((normal(near - (steps[i] ?? 0), wide) + wild) / asUsual) * worth)
    return { deviation, for: evidence, alone: deviation >= alone }
  }
}

/** Of failures: what a run tells about failing more often. */
export function failureEvidence(share: number) {
  const often = Math.min(0.9, share + Math.max(0.15, share))
  const rates = [often, Math.max(0.6, (1 + often) / 2)]
  return (failed: boolean): Evidence => ({
    deviation: failed ? 1 : 0,
    for: rates.map((rate) => Math.log(failed ? rate / share : (1 - rate) / (1 - share))),
    alone: false,
  })
}

/** Back to normal is believed at these odds, and after so many runs. */
const BACK = Math.log(200)
const BACK_RUNS = 3
/** Of the least shift that is worth a message, the runs since must show so much in the middle. */
const WORTH = 0.9

export type Watch = (one: Evidence) => number
type Parts = {
  /** How many shifts are looked for. */
  shifts: number
  /** How much evidence is enough. */
  enough: number
  /** Whether runs that deviate so are worth a message. */
  worth: (deviations: number[]) => boolean
  /** The run, by its number, at which a shift was told that is not over yet. */
  told?: number | undefined
}

/**
 * Watches run after run for a lasting shift (CUSUM of likelihood ratios: evidence adds up, and never counts below nothing).
 * Once found it stays until the runs after it speak for the usual clearly; so does one that was `told`, even if what was
 * learned since then would not find it: else what is learned anew would end an alarm, and the next run begin it again.
 * Answers how many of the last runs are shifted.
 */
export function watchFor({ shifts, enough, worth, told }: Parts): Watch {
  const deviations: number[] = []
  const sums = new Float64Array(shifts)
  const since = new Int32Array(shifts)
  let found: { shift: number; since: number } | undefined
  let back = { evidence: 0, runs: 0 }
  function isBack(one: Evidence, shift: number): boolean {
    const evidence = Math.max(0, back.evidence - (one.for[Math.min(shift, 1)] ?? 0))
    back = { evidence, runs: evidence > 0 ? back.runs + 1 : 0 }
    return evidence >= BACK && back.runs >= BACK_RUNS
  }
  return (one) => {
    const i = deviations.push(one.deviation) - 1
    if (found) {
      if (!isBack(one, found.shift)) return i - found.since + 1
      found = undefined
      sums.fill(0)
      return 0
    }
    let shift = one.alone ? shifts - 1 : -1
    if (shift < 0 && i === told) shift = 0
    for (let j = 0; j < shifts; j++) {
      const before = sums[j] ?? 0
      if (before <= 0) since[j] = i
      const sum = Math.max(0, before + (one.for[j] ?? 0))
      sums[j] = sum
      if (shift < 0 && sum >= enough && worth(deviations.slice(since[j]))) shift = j
    }
    if (shift < 0) return 0
    found = { shift, since: one.alone || i === told ? i : (since[shift] ?? i) }
    back = { evidence: 0, runs: 0 }
    return i - found.since + 1
  }
}

/**
 * False alarms in a year that one of these tests may raise at most. There are some twenty of them; as evidence overshoots
 * the bound, each stays below a tenth of it, as bench/agents.ts shows.
 */
const A_YEAR = 0.25
/** How much evidence is enough, of an agent that runs so often. */
export const enoughOf = (a_year: number) => Math.log(Math.max(300, a_year) / A_YEAR)

/** What few runs have taught is trusted less: with this many, twice as much evidence is asked for. */
const FEW = 10

type Watched = {
  usual: Usual
  scale: Scale
  sign: 1 | -1
  enough: number
  /** Whether a single run that is far out is enough. */
  alone: boolean
  told?: number | undefined
}
/** Watches a measure for a shift in this direction; it is given scaled values. */
export function watchMeasure({ usual, scale, sign, enough, alone, told }: Watched): (scaled: number) => number {
  const evidence = evidenceOf(usual, scale, sign, enough)
  const least = (scale.steps[0] ?? 0) * WORTH
  const worth = (deviations: number[]) => {
    const sorted = deviations.toSorted((a, b) => a - b)
    return (sorted[sorted.length >> 1] ?? 0) >= least
  }
  const watch = watchFor({ shifts: scale.steps.length, enough: enough * (1 + FEW / usual.count), worth, told })
  return (scaled) => {
    const one = evidence(scaled)
    return watch(alone ? one : { ...one, alone: false })
  }
}

/** Two failures in a row are no change, however seldom an agent runs: it takes so much evidence at least. */
const LEAST_OF_FAILURES = 9

/** Watches for more failures than this share; it is given 1 for a failure, else 0. */
export function watchFailures(share: number, enough: number, told?: number): (failed: number) => number {
  const evidence = failureEvidence(share)
  const watch = watchFor({
    shifts: 2,
    enough: Math.max(enough, LEAST_OF_FAILURES),
    worth: (failed) => failed.reduce((sum, one) => sum + one, 0) / failed.length >= 2 * share,
    told,
  })
  return (failed) => watch(evidence(failed > 0))
}
