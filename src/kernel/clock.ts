export type Timer = { cancel: () => void }

/** Time as the appliance sees it. Tests pass one that only moves when told to. */
export type Clock = {
  /** Wall time, milliseconds since 1970. */
  now: () => number
  /** Never jumps; milliseconds since some start. */
  monotonic: () => number
  /** Calls `work` once after `delay_ms` (clamped to what the platform can count). */
  after: (delay_ms: number, work: () => void) => Timer
}

/** Longest delay a platform timer can hold: 2^31 - 1 ms; a longer one fires at once. */
const LONGEST_MS = 2_147_483_647

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delay_ms, work) {
    const handle = setTimeout(work, Math.min(Math.max(1, delay_ms), LONGEST_MS))
    return { cancel: () => clearTimeout(handle) }
  },
}

export const isoAt = (ms: number) => new Date(ms).toISOString()
