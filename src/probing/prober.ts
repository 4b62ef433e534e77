import type { Clock, Timer } from '#kernel/clock'
import type { Net } from '#kernel/net'
import type { Verdict } from '#probes/define'
import { attempt, type CheckJob } from '#probing/attempt'
import type { Assignment, Prober, ProberEvents, Result, Uplink } from '#probing/define'
import { afterGap } from '#probing/grid'
import { createScheduler } from '#probing/scheduler'
import { createUplink } from '#probing/uplink'

type Options = {
  clock: Clock
  net: Net
  events: ProberEvents
  /** How long results that can wait are gathered; 0 tells each at once. */
  gather_ms?: number
  onError: (error: unknown, number: number) => void
}
type Held = { assignment: Assignment; failing: boolean }

/** A result measured while the process was asleep is asked for again within this time. */
const AGAIN_MS = 1_000
const STOP_MS = 5_000

/** Monitors on one target share the bound of running checks. */
function hostOf({ url, settings }: CheckJob): string {
  if (URL.canParse(url)) return new URL(url).host
  const { host, server, name, port } = settings
  return `${host ?? server ?? name ?? ''}:${port ?? ''}`
}
const isPaced = ({ type, url }: CheckJob) => type === 'tls' || /^(https|wss):/.test(url)

/** Runs checks in this thread. */
export function createProber({ clock, net, events, gather_ms = 0, onError }: Options): Prober {
  const held = new Map<number, Held>()
  let reach: Uplink['state'] = 'unset'
  const uplink = createUplink({
    clock,
    net,
    onChange(now) {
      const back = reach === 'down' && now.state !== 'down'
      reach = now.state
      events.onUplink(now)
      if (back) lookAgain()
    },
  })
  const scheduler = createScheduler({ clock, run, onGap: events.onGap })
  let waiting: Result[] = []
  let timer: Timer | undefined
  let others = 0
  const idle: (() => void)[] = []

  function flush() {
    timer?.cancel()
    timer = undefined
    const results = waiting
    waiting = []
    if (results.length > 0) events.onResults(results)
  }
  function tell(result: Result, urgent: boolean) {
    waiting.push(result)
    if (urgent || gather_ms === 0) flush()
    else timer ??= clock.after(gather_ms, flush)
  }

  /** What seemed to fail while our own network did is looked at again within seconds, not an interval later. */
  function lookAgain() {
    const now = clock.now()
    const failing = [...held.values()].filter((one) => one.failing)
    for (const { assignment } of failing) {
      const { number, interval_ms } = assignment
      scheduler.again(number, afterGap(number, interval_ms, now, interval_ms, failing.length) - now)
    }
  }
  async function measure({ assignment, failing }: Held, quietly: boolean): Promise<Result | undefined> {
    const { number, version, job } = assignment
    const at = clock.now()
    let verdict: Verdict = await attempt(job, { net, now: clock.now })
    if (!scheduler.asleepSince(at)) verdict = await uplink.judged(verdict, failing !== job.inverted, job.inverted)
    const now = held.get(number)
    // Changed or taken away while the check ran: the answer belongs to what it was before.
    if (now?.assignment !== assignment) return { number, version, at, verdict }
    if (scheduler.asleepSince(at)) {
      scheduler.again(number, AGAIN_MS)
      return quietly ? undefined : { number, version, at, verdict }
    }
    const calm = verdict.status === 'up' && !now.failing
    now.failing = verdict.status !== 'up'
    const result = { number, version, at, verdict }
    tell(result, !calm)
    return result
  }
  async function run(number: number): Promise<void> {
    const known = held.get(number)
    if (known) await measure(known, true).catch((error) => onError(error, number))
  }
  /** Work outside the schedule, which `settled` waits for too. */
  async function aside<T>(work: Promise<T>): Promise<T> {
    others++
    try {
      return await work
    } finally {
      if (--others === 0) for (const done of idle.splice(0)) done()
    }
  }
  const alone = () => (others === 0 ? Promise.resolve() : new Promise<void>((done) => idle.push(done)))

  return {
    start() {
      scheduler.start()
      uplink.start()
    },
    async stop() {
      scheduler.stop()
      uplink.stop()
      const late = new Promise<void>((done) => setTimeout(done, STOP_MS).unref())
      await Promise.race([Promise.all([scheduler.settled(), alone()]), late])
      flush()
    },
    assign(assignments, first) {
      const now = clock.now()
      for (const assignment of assignments) {
        const { number, interval_ms, job } = assignment
        held.set(number, { assignment, failing: false })
        const first_at =
          first === 'now'
            ? now
            : first === 'spread'
              ? afterGap(number, interval_ms, now, interval_ms, assignments.length)
              : undefined
        scheduler.set(number, { interval_ms, host: hostOf(job), paced: isPaced(job) }, first_at)
      }
    },
    remove(numbers) {
      for (const number of numbers) {
        held.delete(number)
        scheduler.remove(number)
      }
    },
    again: scheduler.again,
    async check(number) {
      const known = held.get(number)
      return known && aside(measure(known, false))
    },
    dryRun: (job) => aside(attempt(job, { net, now: clock.now })),
    setAnchors: uplink.setAnchors,
    stats: scheduler.stats,
    async settled() {
      await scheduler.settled()
      await alone()
      await uplink.settled()
      flush()
    },
  }
}
