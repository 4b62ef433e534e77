import type { Clock } from '#kernel/clock'

type Waiting = { at: number; order: number; work: () => void }

/** A clock that stands still until it is told to move; timers fire at exactly their time, in order. */
export function createTestClock(start_ms: number) {
  /** Timers count by the steady time, as real ones do; the wall clock is that plus an offset. */
  let steady = 1_000
  let offset = start_ms - steady
  let order = 0
  let waiting: Waiting[] = []
  let frozen = false

  function takeDue(until: number): Waiting | undefined {
    const [first] = waiting.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at || a.order - b.order)
    if (first) waiting = waiting.filter((timer) => timer !== first)
    return first
  }
  const move = (to: number) => {
    steady = Math.max(steady, to)
  }

  const clock: Clock = {
    now: () => steady + offset,
    monotonic: () => steady,
    after(delay_ms, work) {
      const timer = { at: steady + Math.max(1, delay_ms), order: order++, work }
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
      const end = steady + ms
      for (let due = takeDue(end); due; due = takeDue(end)) {
        move(due.at)
        due.work()
        await settle()
      }
      move(end)
      await settle()
    },
    /** The machine sleeps: time passes and nothing fires until the next `advance`. */
    sleep: (ms: number) => move(steady + ms),
    /** Somebody sets the wall clock; timers do not notice. */
    setWall(ms: number) {
      offset = ms - steady
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
