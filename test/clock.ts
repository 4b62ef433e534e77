import type { Clock } from '#kernel/clock'

type Waiting = { at: number; order: number; work: () => void }

/** A clock that stands still until it is told to move; timers fire at exactly their time, in order. */
export function createTestClock(start_ms: number) {
  let now = start_ms
  let monotonic = 1_000
  let order = 0
  let waiting: Waiting[] = []
  let frozen = false

  function move(to: number) {
    monotonic += Math.max(0, to - now)
    now = Math.max(now, to)
  }
  function takeDue(until: number): Waiting | undefined {
    const [first] = waiting.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at || a.order - b.order)
    if (first) waiting = waiting.filter((timer) => timer !== first)
    return first
  }

  const clock: Clock = {
    now: () => now,
    monotonic: () => monotonic,
    after(delay_ms, work) {
      const timer = { at: now + Math.max(1, delay_ms), order: order++, work }
      if (!frozen) waiting.push(timer)
      return {
        cancel() {
          waiting = waiting.filter((other) => other !== timer)
        },
      }
    },
  }
  return {
    ...clock,
    /** Moves time forward, firing every timer on the way; `settle` is awaited whenever something has fired. */
    async advance(ms: number, settle: () => Promise<unknown> = async () => {}) {
      const end = now + ms
      for (let due = takeDue(end); due; due = takeDue(end)) {
        move(due.at)
        due.work()
        await settle()
      }
      move(end)
      await settle()
    },
    /** The machine sleeps: time passes and nothing fires until the next `advance`. */
    sleep: (ms: number) => move(now + ms),
    /** Somebody sets the wall clock. */
    setWall(ms: number) {
      now = ms
    },
    /** The process is gone: nothing fires any more. */
    freeze() {
      frozen = true
      waiting = []
    },
    timers: () => waiting.length,
  }
}
export type TestClock = ReturnType<typeof createTestClock>
