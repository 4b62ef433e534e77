import type { Clock, Timer } from '#kernel/clock'
import type { Log } from '#kernel/log'
import type { Outcome } from '#probing/agent-wire'

const LONGEST_MS = 30_000
/** While nothing changes by itself (a wrong token, an old server). */
export const SLOW_MS = 60_000
const REPEAT_MS = 600_000

/** How long to wait before the next try: 1, 2, 4 … 30 seconds, each shortened by chance, so that many do not come at once. */
export function createBackoff(random: () => number) {
  let failures = 0
  return {
    next(wait_ms = 0): number {
      const most = Math.min(LONGEST_MS, 1_000 * 2 ** failures++)
      return Math.max(wait_ms, most * (0.5 + random() / 2))
    },
    reset() {
      failures = 0
    },
  }
}

/** A wait that can be cut short. */
export function createAlarm(clock: Clock) {
  let timer: Timer | undefined
  let wake: (() => void) | undefined
  const ring = () => {
    timer?.cancel()
    timer = undefined
    wake?.()
    wake = undefined
  }
  return {
    ring,
    /** Resolves after this time, or when it rings; one waits at a time. */
    wait: (ms: number) =>
      new Promise<void>((done) => {
        wake = done
        timer = clock.after(Math.max(1, ms), ring)
      }),
  }
}

type Options = {
  server: string
  clock: Clock
  log: Log
  /** Told when the server is cut off, and when it is there again. */
  onChange: (cut: boolean) => void
  waiting: () => number
}

/** Whether the server can be reached, as the questions show; says so when it changes. */
export function createLink({ server, clock, log, onChange, waiting }: Options) {
  let cut_at: number | undefined
  let told_at = 0
  return {
    heard(outcome: Outcome) {
      const now = clock.monotonic()
      if (outcome.kind !== 'failed') {
        if (cut_at === undefined) return
        log.info('The server is there again', {
          server,
          after_s: Math.round((now - cut_at) / 1000),
          waiting: waiting(),
        })
        cut_at = undefined
        return onChange(false)
      }
      const first = cut_at === undefined
      cut_at ??= now
      if (first || now - told_at >= REPEAT_MS) {
        told_at = now
        const text = 'The server cannot be reached; the checks go on and their results wait in the spool'
        log.warn(text, { server, why: outcome.why, since_s: Math.round((now - cut_at) / 1000), waiting: waiting() })
      }
      if (first) onChange(true)
    },
    cut: () => cut_at !== undefined,
  }
}
export type Link = ReturnType<typeof createLink>
