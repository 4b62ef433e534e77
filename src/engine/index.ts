import type { MonitorStatus } from '#contract/statuses'
import { notification_log } from '#db/schema/engine'
import { newHealth } from '#engine/advance'
import { attempt, type CheckJob } from '#probing/attempt'
import { createChecker } from '#engine/check'
import { createDeliverer } from '#engine/deliver'
import { createDispatcher } from '#engine/dispatch'
import { createFollower, schedule } from '#engine/follow'
import { beginUnknown } from '#engine/gaps'
import { afterGap, slotAfter } from '#probing/grid'
import type { History } from '#engine/history'
import { prune, remind } from '#engine/housekeeping'
import { clearChannelFailure } from '#engine/incidents'
import { tellIncident } from '#engine/live'
import { baseUrl, testNotice } from '#engine/notice'
import { createRecorder } from '#engine/record'
import { type Counts, createRoster, type Watched } from '#engine/roster'
import { createScheduler, type Gap } from '#probing/scheduler'
import { send } from '#engine/send'
import { type Snapshot, snapshotOf } from '#engine/snapshot'
import { lastAlive, stampAlive } from '#kernel/alive'
import { isoAt, type Timer } from '#kernel/clock'
import type { App } from '#kernel/context'
import { fail } from '#kernel/fail'
import type { Verdict } from '#probes/define'

export type { Snapshot } from '#engine/snapshot'

export type ChannelTest = {
  tenant_id: string
  /** Set for a stored channel: the attempt is logged, and a success ends its failure. */
  channel?: { id: string; name: string }
  type: string
  /** Secrets in plain text. */
  settings: Record<string, unknown>
}
export type TestResult = { status: 'sent' | 'failed'; error: string | null; answer: string | null; duration_ms: number }

export type Engine = {
  start: () => Promise<void>
  stop: () => Promise<void>
  /** There are new outbox rows; called after every queued change. */
  wake: () => void
  /** Resolves when no check, outbox row or due delivery is being worked on. */
  idle: () => Promise<void>
  /** Where a monitor stands now, from memory. */
  snapshot: (monitor: number) => Snapshot | undefined
  counts: (tenant_id: string) => Counts
  statusOf: (monitor: number) => MonitorStatus | undefined
  /** One check right now, recorded like any other; the regular slots stay as they are. */
  checkNow: (monitor: number) => Promise<Verdict & { checked_at: string }>
  /** One attempt with settings that need not be stored; nothing is recorded. */
  dryRun: (job: CheckJob) => Promise<Verdict>
  testChannel: (test: ChannelTest) => Promise<TestResult>
  health: () => { scheduler_lag_ms: number; outbox_age_ms: number; history: 'ok' | 'failing' }
  /** Start lateness and load, for the bench. */
  stats: () => ReturnType<ReturnType<typeof createScheduler>['stats']>
  history: History
}

/** A kill loses the single checks of so long, never a change of state; more often would write a page of the disk for a few checks. */
const FLUSH_MS = 5_000
/** After a kill so much at most counts as unknown that was known. */
const ALIVE_MS = 10_000
const RETAIN_MS = 3_600_000
/** A sleep longer than this leaves a hole in what is known; a shorter one only voids the checks that ran in it. */
const UNKNOWN_GAP_MS = 30_000
const STOP_MS = 5_000

/** Builds the pipeline: scheduler → attempt → advance → record ⇒ outbox → dispatch → deliver. */
export function createEngine(app: Omit<App, 'engine'>, history: History): Engine {
  const { clock, log, db, bus } = app
  const roster = createRoster(app)
  const recorder = createRecorder(app, (written) => {
    if (written.some(({ opens, closes }) => opens || closes)) dispatcher.wake()
  })
  const scheduler = createScheduler({ clock, run, onGap })
  const check = createChecker({ app, roster, scheduler: () => scheduler, recorder, history })
  const follow = createFollower({ app, roster, scheduler, recorder, history })
  const deliverer = createDeliverer(app)
  const dispatcher = createDispatcher(app, {
    onIncident: (incident) => tellIncident(bus, incident),
    onQueued: deliverer.wake,
    async onMonitor(event, done) {
      const ended = await follow(event, done)
      if (ended) tellIncident(bus, ended)
    },
  })
  const timers = new Map<string, Timer>()
  const background = new Set<Promise<unknown>>()
  let outbox_age_ms = 0
  let running = false

  async function run(number: number): Promise<void> {
    const watched = roster.get(number)
    if (!watched) return
    await check(watched).catch((error) =>
      log.error('A check failed in an unforeseen way', { error: error as Error, monitor: watched.id }),
    )
  }
  /** Work beside the checks, so that `idle` and `stop` can wait for it. */
  function aside<T>(work: Promise<T>): Promise<T> {
    background.add(work)
    const end = () => background.delete(work)
    work.then(end, end)
    return work
  }
  function every(name: string, ms: number, work: () => Promise<void> | void) {
    const next = () => {
      if (!running) return
      const done = async () => work()
      aside(done())
        .catch((error) => log.error(`Regular work failed: ${name}`, { error: error as Error }))
        .finally(() => running && timers.set(name, clock.after(ms, next)))
    }
    timers.set(name, clock.after(ms, next))
  }

  function onGap({ from, until }: Gap) {
    log.warn('The process was asleep', { from: isoAt(from), until: isoAt(until) })
    if (until - from >= UNKNOWN_GAP_MS)
      aside(forget(from)).catch((error) => log.error('A gap could not be recorded', { error: error as Error }))
  }
  /** Nothing is known since then; what is known again is proved by the next checks. */
  async function forget(since: number) {
    await recorder.settled()
    for (const [number, from] of await db.tx((tx) => beginUnknown(tx, since))) {
      const watched = roster.get(number)
      if (!watched) continue
      watched.health = newHealth(watched.health.known, 'unknown')
      watched.interval_from = from
    }
  }

  function scheduleAll(since: number | undefined) {
    const now = clock.now()
    const enabled = [...roster.all()].filter((watched) => watched.enabled)
    const isMissed = ({ number, interval, checked_at }: Watched) =>
      since === undefined || checked_at === null || slotAfter(number, interval * 1_000, since) <= now
    const missed = new Set(enabled.filter(isMissed))
    for (const watched of enabled) {
      const interval_ms = watched.interval * 1_000
      const gap = since === undefined || watched.checked_at === null ? interval_ms : now - since
      const first_at = missed.has(watched) ? afterGap(watched.number, interval_ms, now, gap, missed.size) : undefined
      schedule(scheduler, watched, first_at)
    }
  }
  const stamp = () => db.tx(async (tx) => void (await stampAlive(tx, clock.now())))

  async function settle() {
    do {
      await Promise.allSettled([
        scheduler.settled(),
        recorder.settled(),
        dispatcher.settled(),
        deliverer.settled(),
        ...background,
      ])
      await new Promise((next) => setImmediate(next))
    } while (
      scheduler.stats().running + scheduler.stats().queued + background.size > 0 ||
      recorder.busy() ||
      dispatcher.busy() ||
      deliverer.busy()
    )
  }

  return {
    history,
    async start() {
      const since = await lastAlive(db.read)
      if (since !== undefined) await db.tx((tx) => beginUnknown(tx, Math.min(since, clock.now())))
      await roster.load()
      running = true
      await stamp()
      scheduleAll(since)
      scheduler.start()
      await deliverer.start()
      dispatcher.start()
      every('history', FLUSH_MS, history.flush)
      every('alive', ALIVE_MS, async () => {
        await stamp()
        outbox_age_ms = await dispatcher.age()
        if (await remind(app)) deliverer.wake()
      })
      every('retention', RETAIN_MS, async () => {
        history.retain()
        await db.tx((tx) => prune(tx, clock.now()))
      })
    },
    async stop() {
      if (!running) return
      running = false
      for (const timer of timers.values()) timer.cancel()
      scheduler.stop()
      deliverer.stop()
      const late = new Promise<true>((done) => setTimeout(() => done(true), STOP_MS).unref())
      await Promise.race([Promise.allSettled([scheduler.settled(), ...background]), late])
      await recorder.settled()
      await dispatcher.stop()
      while (deliverer.busy()) if (await Promise.race([deliverer.settled().then(() => false), late])) break
      history.close()
      await stamp()
    },
    wake: dispatcher.wake,
    idle: settle,
    snapshot(monitor) {
      const watched = roster.get(monitor)
      return watched && snapshotOf(watched, scheduler.next(monitor))
    },
    counts: roster.counts,
    statusOf: (monitor) => roster.get(monitor)?.status,
    async checkNow(monitor) {
      // A monitor made a moment ago is known once its event has been read.
      if (!roster.get(monitor)) await dispatcher.settled()
      const watched = roster.get(monitor)
      if (!watched) throw fail('NOT_FOUND')
      const { verdict, at } = await aside(check(watched))
      return { ...verdict, checked_at: isoAt(at) }
    },
    dryRun: (job) => aside(attempt(job, { net: app.net, now: clock.now })),
    testChannel: (test) => aside(testChannel(app, test)),
    health: () => ({ scheduler_lag_ms: scheduler.stats().lag_ms, outbox_age_ms, history: history.state() }),
    stats: scheduler.stats,
  }
}

async function testChannel(
  app: Omit<App, 'engine'>,
  { tenant_id, channel, type, settings }: ChannelTest,
): Promise<TestResult> {
  const delivery_id = Bun.randomUUIDv7()
  const notice = { ...testNotice(baseUrl(app.config), isoAt(app.clock.now())), delivery_id }
  const sent = await send(app, { type, settings, notice })
  const { status, duration_ms } = sent
  const result = {
    status,
    error: sent.status === 'failed' ? sent.error : null,
    answer: sent.status === 'sent' ? sent.answer : null,
    duration_ms,
  }
  if (channel)
    await app.db.tx(async (db) => {
      await db.insert(notification_log).values({
        ...result,
        tenant_id,
        delivery_id,
        channel_id: channel.id,
        channel_name: channel.name,
        channel_type: type,
        event: 'test',
        title: notice.title,
        attempt: 1,
        created_at: isoAt(app.clock.now()),
      })
      if (status === 'sent') await clearChannelFailure({ db }, channel.id)
    })
  return result
}
