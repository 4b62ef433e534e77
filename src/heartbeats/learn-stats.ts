import { SIGMA_OF_MAD } from '#heartbeats/robust'

/** The value below which this share of sorted values lies, between two where it falls between; NaN of nothing. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const at = (sorted.length - 1) * share
  const low = sorted[Math.floor(at)] ?? Number.NaN
  const high = sorted[Math.ceil(at)] ?? low
  return low + (high - low) * (at - Math.floor(at))
}

export const sortedOf = (values: readonly number[]): Float64Array => Float64Array.from(values).sort()

/** The middle by weight: half of the weight lies on either side. */
export function weightedMedian(pairs: readonly (readonly [value: number, weight: number])[]): number {
  const sorted = pairs.toSorted(([a], [b]) => a - b)
  let left = sorted.reduce((sum, [, weight]) => sum + weight, 0) / 2
  for (const [value, weight] of sorted) {
    left -= weight
    if (left <= 0) return value
  }
  return Number.NaN
}

/**
 * How many standard deviations a normal value exceeds as rarely as `share`.
 * Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2.23: wrong by less than 4.5e-4.
 */
export function deviationsOf(share: number): number {
  const t = Math.sqrt(-2 * Math.log(share))
  const above = 2.515517 + 0.802853 * t + 0.010328 * t ** 2
  return t - above / (1 + 1.432788 * t + 0.189269 * t ** 2 + 0.001308 * t ** 3)
}

/** Of normal values, how many spreads 95 of 100 lie below. */
const OF_95 = 1.645
/** Tails that are so much heavier than those of normal values are no chance. */
const HEAVIER = 1.2

/** How far sorted values vary around the middle, and to this side of it if they vary more there: wild ones do not count. */
export function spreadOf(sorted: ArrayLike<number>, sides: readonly (1 | -1)[]): number {
  const center = quantile(sorted, 0.5)
  const near = SIGMA_OF_MAD * quantile(Float64Array.from(sorted, (value) => Math.abs(value - center)).sort(), 0.5)
  const heavy = sides.map((side) => ((quantile(sorted, 0.5 + side * 0.45) - center) * side) / OF_95)
  return Math.max(near, ...heavy.filter((one) => one > near * HEAVIER))
}

/** Of few values the spread is known badly: so much wider it may be in truth. */
export const doubt = (count: number, by: number) => 1 + by / Math.sqrt(Math.max(1, count))
