import type { Clock } from '#kernel/clock'
import type { Log } from '#kernel/log'

type Sample = { offset: number; round_trip: number }

const SAMPLES = 16
/** From here on somebody should look at how this machine keeps its time. */
const WARN_MS = 2_000
/** Wall time and steady time part by this much only when the clock was set, or the machine slept. */
const JUMP_MS = 500

/**
 * How far this machine's clock is ahead of the server's, from the time in its answers: half of the round trip is taken
 * off, and the quickest of the last round trips is believed, for it leaves the least room for error.
 */
export function createServerClock(clock: Pick<Clock, 'now' | 'monotonic'>, log: Log) {
  let samples: Sample[] = []
  let apart = clock.now() - clock.monotonic()
  let warned: number | undefined

  /** After a jump nothing is known until the next answer. */
  function watch() {
    const now_apart = clock.now() - clock.monotonic()
    if (Math.abs(now_apart - apart) > JUMP_MS) samples = []
    apart = now_apart
  }
  function best(): number | undefined {
    watch()
    if (samples.length === 0) return undefined
    return samples.reduce((a, b) => (b.round_trip < a.round_trip ? b : a)).offset
  }
  function judge() {
    const offset = best() ?? 0
    const far = Math.abs(offset) > WARN_MS
    const seconds = Math.round(Math.abs(offset) / 1000)
    if (far && (warned === undefined || Math.abs(offset - warned) > WARN_MS)) {
      const way = offset > 0 ? 'ahead of' : 'behind'
      log.warn(`The clock of this machine is ${seconds} s ${way} the server's; results are corrected, but set it right`)
      warned = offset
    } else if (!far && warned !== undefined) {
      log.info("The clock of this machine agrees with the server's again")
      warned = undefined
    }
  }
  return {
    /** An answer that was made at once: when its request began (wall, steady), and the server's time in it. */
    heard(began: { at: number; steady: number }, server_at: number) {
      watch()
      const round_trip = clock.monotonic() - began.steady
      const middle = began.at + round_trip / 2
      // Set while it was on its way: half of it counts by another clock.
      if (Math.abs(clock.now() - began.at - round_trip) > JUMP_MS) return
      samples = [...samples, { offset: middle - server_at, round_trip }].slice(-SAMPLES)
      judge()
    },
    /** Milliseconds ahead of the server; undefined until it was measured. */
    offset: (): number | undefined => {
      const offset = best()
      return offset === undefined ? undefined : Math.round(offset)
    },
    /** Now, by the server's clock as far as it is known. */
    now: () => clock.now() - (best() ?? 0),
  }
}
export type ServerClock = ReturnType<typeof createServerClock>
