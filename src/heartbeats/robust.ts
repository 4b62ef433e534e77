/** Statistics that a few wild values do not move. */

const byValue = (a: number, b: number) => a - b

/** The middle value; NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort(byValue)
  const middle = sorted.length >> 1
  const [low, high] = [sorted[middle - 1] ?? Number.NaN, sorted[middle] ?? Number.NaN]
  return sorted.length % 2 === 1 ? high : (low + high) / 2
}

/** The median distance from the median. */
export function mad(values: readonly number[], center = median(values)): number {
  return median(values.map((value) => Math.abs(value - center)))
}

/** Of normal values, the standard deviation is this times the MAD. */
export const SIGMA_OF_MAD = 1.4826

/**
 * Where the next value of a quantity that is never negative should lie, from `deviations` below to above the usual, on the
 * scale of ratios: twice as long and half as long are equally far. `floor` is the least spread, as a ratio: without it a
 * job that always takes the same time would be odd by a millisecond.
 */
export function band(
  values: readonly number[],
  deviations: number,
  floor: number,
): { low: number; usual: number; high: number } {
  const logs = values.map((value) => Math.log(Math.max(value, 1e-9)))
  const center = median(logs)
  const spread = Math.max(SIGMA_OF_MAD * mad(logs, center) * deviations, Math.log(floor))
  return { low: Math.exp(center - spread), usual: Math.exp(center), high: Math.exp(center + spread) }
}
