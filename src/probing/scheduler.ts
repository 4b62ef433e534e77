import type { Clock, Timer } from '#kernel/clock'
import { createBounds, type Host, PACE_MS } from '#probing/bounds'
import { afterGap, slotAfter } from '#probing/grid'
import { createHeap } from '#probing/heap'
import { createLateness } from '#probing/lateness'

/** What is scheduled: `host` shares a bound of running checks; `paced` starts (TLS) are kept apart by a few milliseconds. */
export type Entry = { interval_ms: number; host: string; paced: boolean }
/** Time in which this process did not run: suspended, stopped, or its loop blocked. */
export type Gap = { from: number; until: number }
type Options = {
  clock: Clock
  /** Runs one check; never rejects. */
  run: (number: number) => Promise<void>
  onGap?: (gap: Gap) => void
  in_flight?: number
}
type Slot = Omit<Entry, 'host'> & {
  host: Host
  number: number
  slot: number
  state: 'waiting' | 'queued' | 'running'
  due: number
  extra?: number
}

/** Wake-ups are at least this far apart, so that many due monitors share one. */
const GRAIN_MS = 10
/** At least one wake-up in this time, to notice that the process was asleep. */
const WATCH_MS = 1_000
const GAP_MS = 1_500
/** A wall clock set back by more than this moves the slots with it. */
const SET_BACK_MS = 500

/**
 * Decides when which monitor is checked. All are in one heap with one timer for the earliest; slots lie on an absolute
 * grid, so nothing drifts, and a slot that was missed is never made up by several runs.
 */
export function createScheduler({ clock, run, onGap, in_flight = 2_000 }: Options) {
  const heap = createHeap()
  const lateness = createLateness()
  const byNumber = new Map<number, Slot>()
  const bySlot: (Slot | undefined)[] = []
  const free: number[] = []
  const bounds = createBounds(in_flight)
  const idle: (() => void)[] = []
  let queue: Slot[] = []
  let started = false
  let timer: Timer | undefined
  let timer_at = Number.POSITIVE_INFINITY
  let watched_at = clock.now()
  let offset = clock.now() - clock.monotonic()
  let gap: Gap = { from: 0, until: 0 }

  function put(entry: Slot, due: number) {
    entry.due = due
    heap.set(entry.slot, due)
  }

  function arm(at: number) {
    if (!started) return
    const now = clock.now()
    const wanted = Math.min(Math.max(at, now + 1), now + WATCH_MS)
    if (timer && timer_at <= wanted) return
    timer?.cancel()
    timer_at = wanted
    timer = clock.after(wanted - now, tick)
  }
  function rearm() {
    const first = heap.first()
    const now = clock.now()
    if (bounds.pacing() && queue.some(({ paced }) => paced)) return arm(now + PACE_MS)
    arm(first < 0 ? now + WATCH_MS : Math.max(bySlot[first]!.due, now + GRAIN_MS))
  }

  /** Notices that time has passed in which nothing ran; also asked when a check ends, since its answer may come first. */
  function watch() {
    const now = clock.now()
    const monotonic = clock.monotonic()
    if (now - monotonic - offset < -SET_BACK_MS) {
      // By the new time an earlier gap would lie in the future and void every check until then.
      gap = { from: 0, until: 0 }
      for (const entry of byNumber.values()) replan(entry, now)
    } else if (started && now - Math.max(watched_at, timer_at) > GAP_MS) {
      gap = { from: Math.max(watched_at, timer_at), until: now }
      for (const entry of queue.splice(0)) entry.state = 'waiting'
      const missed = [...byNumber.values()].filter(({ state, due }) => state === 'waiting' && due <= now)
      for (const entry of missed)
        put(entry, afterGap(entry.number, entry.interval_ms, now, now - gap.from, missed.length))
      onGap?.(gap)
    }
    offset = now - monotonic
    watched_at = now
  }
  const replan = (entry: Slot, now: number) =>
    entry.state === 'waiting' && put(entry, slotAfter(entry.number, entry.interval_ms, now))

  function tick() {
    watch()
    timer = undefined
    timer_at = Number.POSITIVE_INFINITY
    const now = clock.now()
    for (let slot = heap.first(); slot >= 0 && heap.dueOf(slot)! <= now; slot = heap.first()) {
      const entry = bySlot[slot]!
      heap.remove(slot)
      entry.state = 'queued'
      queue.push(entry)
    }
    pump()
    rearm()
  }

  /** Starts what the bounds allow, in the order it became due. Waiting here is never part of a response time. */
  function pump() {
    if (queue.length === 0) return
    const now = clock.now()
    const waiting: Slot[] = []
    for (const entry of queue) {
      if (entry.state !== 'queued' || byNumber.get(entry.number) !== entry) continue
      if (bounds.mayStart(entry.host, entry.paced, now)) start(entry, now)
      else waiting.push(entry)
    }
    queue = waiting
  }

  function start(entry: Slot, now: number) {
    const { host } = entry
    bounds.started(host, entry.paced)
    lateness.add(Math.max(0, now - entry.due))
    entry.state = 'running'
    entry.extra = undefined
    entry.due = slotAfter(entry.number, entry.interval_ms, Math.max(now, entry.due))
    run(entry.number).finally(() => {
      bounds.finished(host)
      if (byNumber.get(entry.number) === entry) {
        entry.state = 'waiting'
        put(entry, nextDue(entry, clock.now()))
        arm(Math.max(entry.due, clock.now() + GRAIN_MS))
      }
      if (queue.length > 0) {
        pump()
        rearm()
      }
      if (bounds.running() === 0 && queue.length === 0) for (const done of idle.splice(0)) done()
    })
  }

  /** When a check that has just ended comes again. A check that outlasted its next slot skips it. */
  function nextDue({ number, interval_ms, due, extra }: Slot, now: number): number {
    // Nothing is planned further ahead than an interval; what seems so was planned before the clock was set back.
    const ahead = (at: number) => at > now && at <= now + interval_ms
    if (extra !== undefined && (extra <= now || ahead(extra))) return Math.max(extra, now)
    return ahead(due) ? due : slotAfter(number, interval_ms, now)
  }

  function plan(entry: Slot, at: number) {
    if (entry.state === 'waiting') put(entry, at)
    else if (entry.state === 'running') entry.extra = at
    arm(at)
  }

  return {
    /** Adds a monitor or changes it. `first_at`: when to check it first; without it the next slot of its grid. */
    set(number: number, { interval_ms, host, paced }: Entry, first_at?: number) {
      const now = clock.now()
      const known = byNumber.get(number)
      if (known) {
        bounds.leave(known.host)
        const same = known.interval_ms === interval_ms
        Object.assign(known, { interval_ms, host: bounds.join(host), paced })
        if (first_at === undefined && same) return
        return plan(known, first_at ?? slotAfter(number, interval_ms, now))
      }
      const slot = free.pop() ?? bySlot.length
      const due = first_at ?? slotAfter(number, interval_ms, now)
      const entry: Slot = { number, slot, interval_ms, host: bounds.join(host), paced, state: 'waiting', due }
      bySlot[slot] = entry
      byNumber.set(number, entry)
      put(entry, due)
      arm(due)
    },
    remove(number: number) {
      const entry = byNumber.get(number)
      if (!entry) return
      heap.remove(entry.slot)
      byNumber.delete(number)
      bySlot[entry.slot] = undefined
      free.push(entry.slot)
      bounds.leave(entry.host)
    },
    /** One more check outside the grid; the slots in between are left out. */
    again(number: number, delay_ms: number) {
      const entry = byNumber.get(number)
      if (!entry || entry.state === 'queued') return
      plan(entry, clock.now() + Math.max(1, delay_ms))
    },
    next(number: number): number | undefined {
      const entry = byNumber.get(number)
      return entry?.extra ?? entry?.due
    },
    /** Whether the process was asleep at some time since `at`: what was measured meanwhile says nothing. */
    asleepSince(at: number): boolean {
      watch()
      return gap.until > at
    },
    start() {
      started = true
      watched_at = clock.now()
      offset = watched_at - clock.monotonic()
      rearm()
    },
    /** No further starts; running checks go on. */
    stop() {
      started = false
      timer?.cancel()
      timer = undefined
      timer_at = Number.POSITIVE_INFINITY
      for (const entry of queue.splice(0)) entry.state = 'waiting'
    },
    settled: () =>
      bounds.running() === 0 && queue.length === 0 ? Promise.resolve() : new Promise<void>((done) => idle.push(done)),
    /** `lag_ms`: how long the oldest due check has been waiting to start. */
    stats() {
      const now = clock.now()
      const first = heap.first()
      const oldest = Math.min(queue[0]?.due ?? now, first < 0 ? now : bySlot[first]!.due)
      return {
        ...lateness.stats(),
        lag_ms: started ? Math.max(0, now - oldest) : 0,
        running: bounds.running(),
        queued: queue.length,
        monitors: byNumber.size,
      }
    },
    resetStats: lateness.reset,
  }
}
