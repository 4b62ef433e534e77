import type { Clock, Timer } from '#kernel/clock'
import type { Log } from '#kernel/log'

/** Work beside the checks: regular and occasional, so that it can be waited for and ended. */
export function createBackground(clock: Clock, log: Log) {
  const running = new Set<Promise<unknown>>()
  const timers = new Map<string, Timer>()
  let stopped = false

  function aside<T>(work: Promise<T>): Promise<T> {
    running.add(work)
    const end = () => running.delete(work)
    work.then(end, end)
    return work
  }
  return {
    aside,
    /** Again and again, each time so long after the end of the last one; a failure is logged and the next one tried. */
    every(name: string, ms: number, work: () => Promise<void> | void) {
      const plan = () => timers.set(name, clock.after(ms, next))
      const next = () => {
        if (stopped) return
        const done = async () => work()
        aside(done())
          .catch((error) => log.error(`Regular work failed: ${name}`, { error: error as Error }))
          .finally(() => !stopped && plan())
      }
      plan()
    },
    stop() {
      stopped = true
      for (const timer of timers.values()) timer.cancel()
    },
    pending: () => running.size,
    settled: () => Promise.allSettled(running),
  }
}
export type Background = ReturnType<typeof createBackground>
