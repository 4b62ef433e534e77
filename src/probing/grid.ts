/** Fraction of the golden ratio: multiples of it, modulo one, fill a circle evenly however many there are. */
const GOLDEN = 0.618_033_988_749_894_9

const fraction = (value: number) => value - Math.floor(value)

/** Where in its interval a monitor is checked: the same after any restart, and evenly spread over any set of monitors. */
export const phaseOf = (number: number, interval_ms: number) => Math.floor(fraction(number * GOLDEN) * interval_ms)

/** The first slot of the monitor strictly after `after`; slots are anchored at 1970, so a restart resumes them. */
export function slotAfter(number: number, interval_ms: number, after: number): number {
  const phase = phaseOf(number, interval_ms)
  return (Math.floor((after - phase) / interval_ms) + 1) * interval_ms + phase
}

/** Longest time over which slots missed in a gap are spread, unless there are more of them than that takes. */
const SPREAD_MS = 5_000

/**
 * When a monitor whose slot fell into a gap is checked instead: once, somewhere in the next seconds, never all at once
 * and never more than about one a millisecond. Its regular slot serves when that comes as soon.
 */
export function afterGap(number: number, interval_ms: number, now: number, gap_ms: number, missed = 0): number {
  const window = Math.min(Math.max(SPREAD_MS, missed), Math.max(gap_ms, missed), interval_ms / 6)
  // Another multiplier than the phase's, or the ones due at the same moment would stay together.
  const due = now + Math.floor(fraction(number * GOLDEN * GOLDEN * 1_000) * window)
  return Math.min(due, slotAfter(number, interval_ms, now))
}
