import type { MonitorStatus } from '#contract/statuses'
import { createAbsence } from '#engine/absence'
import type { Handed } from '#engine/announce'
import { audit, mend } from '#engine/audit'
import { createBackground } from '#engine/background'
import { createBlind } from '#engine/blind'
import { sendDigest, tellHandoff } from '#engine/bulletins'
import { type ChannelTest, type TestResult, testChannel } from '#engine/channel-test'
import { createCrew } from '#engine/crew'
import { createDeliverer } from '#engine/deliver'
import { createDigests } from '#engine/digest'
import { createDispatcher, type DoneWith, type Event } from '#engine/dispatch'
import { createEscalator } from '#engine/escalator'
import { pruneFeed } from '#engine/feed'
import { createFollower } from '#engine/follow'
import { createHandoffs } from '#engine/handoffs'
import { createHeartbeats, type Heartbeats } from '#engine/heartbeats/index'
import type { History } from '#engine/history'
import { createHolds } from '#engine/holds'
import { endDrills, forgive, prune, remind } from '#engine/housekeeping'
import { createJudge } from '#engine/judge'
import { tellIncident } from '#engine/live'
import { createMaintenance } from '#engine/maintenance'
import { createPassive, type Report } from '#engine/passive'
import { createProbers, type Probers } from '#engine/probers'
import { createRecorder } from '#engine/record'
import { tellStatus } from '#engine/records'
import { type Counts, createRoster } from '#engine/roster'
import { type Snapshot, snapshotOf } from '#engine/snapshot'
import { createUplinkWatch, type UplinkWatch } from '#engine/uplink-watch'
import { createWatchdog } from '#engine/watchdog'
import { freshFor, LOCAL, type Site, siteOf, type Watched } from '#engine/watched'
import { stampAlive } from '#kernel/alive'
import { isoAt } from '#kernel/clock'
import type { App } from '#kernel/context'
import { fail } from '#kernel/fail'
import type { Verdict } from '#probes/define'
import type { CheckJob } from '#probing/attempt'
import type { Prober, ProberEvents, ProberStats, Result } from '#probing/define'
import { createProber } from '#probing/prober'

export type { ChannelTest, TestResult } from '#engine/channel-test'
export type { Snapshot } from '#engine/snapshot'

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
  /** Where its checks are filed in the history, by region. */
  seriesOf: (monitor: number) => readonly { region: string; series: number }[]
  /** All regions a workspace ever had, by number. */
  regions: (tenant_id: string) => ReadonlyMap<number, string>
  /** One check right now, recorded like any other; the regular slots stay as they are. */
  checkNow: (monitor: number) => Promise<Verdict & { checked_at: string }>
  /** One attempt with settings that need not be stored; nothing is recorded. */
  dryRun: (job: CheckJob) => Promise<Verdict>
  /** What somebody says about a monitor of a type that nobody checks. */
  report: (monitor: number, report: Report) => Promise<Verdict & { checked_at: string }>
  testChannel: (test: ChannelTest) => Promise<TestResult>
  health: () => { scheduler_lag_ms: number; outbox_age_ms: number; history: 'ok' | 'failing'; illness: string[] }
  /** Start lateness and load, for the bench. */
  stats: () => ProberStats
  history: History
  probers: Probers
  uplink: UplinkWatch
  heartbeats: Heartbeats
}
/** Makes the prober of this appliance; without it checks run in this thread. */
export type ProberFactory = (events: ProberEvents) => Prober
type Core = Omit<App, 'engine'>

/** A kill loses the single checks of so long, never a change of state; more often would write a page of the disk for a few checks. */
const FLUSH_MS = 5_000
/** After a kill so much at most counts as unknown that was known. */
const ALIVE_MS = 10_000
const RETAIN_MS = 3_600_000
const STALE_MS = 30_000
const STOP_MS = 5_000
const WATCHDOG_MS = 60_000

/** Builds the pipeline: prober → judge → record ⇒ outbox → dispatch → deliver. */
export function createEngine(app: Core, history: History, makeProber?: ProberFactory): Engine {
  const { clock, log, db, bus } = app
  const background = createBackground(clock, log)
  let outbox_age_ms = 0
  let running = false

  const roster = createRoster(app, (watched) => passive.touch(watched.id))
  const blind = createBlind(app)
  const recorder = createRecorder(app, async (db, news, transitions) => {
    const recorded = await tellStatus(app, db, transitions)
    const told = await dispatcher.tellNow(db, news)
    return () => {
      told()
      if (recorded) deliverer.wake()
    }
  })
  const absence = createAbsence({ app, roster, recorder, blind, background, crew: () => crew })
  const judge = createJudge({ app, roster, recorder, onJudged: ({ id }) => holds.touch(id) })
  /** The way of every result: the history, then what it means; answers how soon to look again. */
  function take(watched: Watched, site: Site, { at, verdict }: Pick<Result, 'at' | 'verdict'>): number | undefined {
    crew.seen(watched.number)
    history.append(site.series, at, verdict)
    return judge.take(watched, site, at, verdict)
  }
  const onResults = (results: Result[]) => {
    for (const result of results) {
      const watched = roster.get(result.number)
      const site = watched && siteOf(watched, LOCAL)
      // An answer to older settings, or to what is paused or deleted by now, is not listened to.
      if (!watched?.enabled || !site || watched.version !== result.version) continue
      // What one of them cannot be taken for must not cost the others.
      try {
        const delay_ms = take(watched, site, result)
        if (delay_ms !== undefined) crew.again(watched, LOCAL, delay_ms)
      } catch (error) {
        onError(error, result.number)
      }
    }
  }
  const onError = (error: unknown, number: number) =>
    log.error('A check failed in an unforeseen way', { error: error as Error, monitor: roster.get(number)?.id })
  const events: ProberEvents = { onResults, onGap: absence.onGap, onUplink: (uplink) => watch.changed(uplink) }
  const local = makeProber?.(events) ?? createProber({ clock, net: app.net, events, onError })
  const watch = createUplinkWatch({ app, prober: local, blind })
  const passive = createPassive({
    clock,
    roster,
    judge: (watched, at, verdict) => void take(watched, watched.sites[0]!, { at, verdict }),
    onError,
  })
  const probers = createProbers({
    app,
    roster,
    blind,
    deliver(watched, site, result) {
      if (watched.version === result.version) return take(watched, site, result)
      history.append(site.series, result.at, result.verdict)
      return undefined
    },
    lose: judge.lose,
    settled: recorder.settled,
    onIncident: () => dispatcher.wake(),
    onCaughtUp: () => holds.touchAll(),
  })
  const crew = createCrew({ clock, local, passive, probers })
  const holds = createHolds({
    app,
    roster,
    again: crew.soon,
    behindOn: probers.behindOn,
    waits: recorder.waits,
    maintenanceOf: (about) => maintenance.of(about),
    written: recorder.settled,
    onReleased(incident, claimed) {
      tellIncident(bus, incident)
      onQueued(claimed)
    },
  })
  const maintenance = createMaintenance({
    app,
    roster,
    recorder,
    touched: (id) => holds.touch(id),
    wake() {
      escalator.wake()
      deliverer.wake()
    },
  })
  const touched = (id: string) => {
    passive.touch(id)
    holds.touch(id)
  }
  const follow = createFollower({ app, roster, crew, recorder, history, touched })
  const deliverer = createDeliverer(app, () => escalator.wake())
  function onQueued(claimed: Handed[]) {
    deliverer.take(claimed)
    deliverer.wake()
    escalator.wake()
  }
  const escalator = createEscalator({
    app,
    rests: maintenance.of,
    onQueued,
    onIncident: (incident) => tellIncident(bus, incident),
  })
  const handoffs = createHandoffs({ app, tell: tellHandoff(app), wake: () => deliverer.wake() })
  const digests = createDigests({ app, send: sendDigest(app) })
  const watchdog = createWatchdog(app, app.config.watchdogUrl, vitals)
  const heartbeats = createHeartbeats({ app, wake: () => dispatcher.wake() })
  const dispatcher = createDispatcher(app, {
    hold: holds.take,
    onIncident: (incident) => tellIncident(bus, incident),
    onQueued,
    onChange,
  })

  /** Whether anything was forgotten; what can be made good is. */
  async function vitals() {
    const ill = await audit(db.read, clock.now())
    await mend(app, ill, (claimed, incident) => {
      tellIncident(bus, incident)
      onQueued(claimed)
    })
    outbox_age_ms = await dispatcher.age()
    const database = await stamp().then(
      () => true,
      () => false,
    )
    const counted = new Map<string, number>()
    for (const { why } of ill) counted.set(why, (counted.get(why) ?? 0) + 1)
    const overlooked = [...counted].map(([why, count]) => `${count} × ${why}`)
    return { scheduler_lag_ms: local.stats().lag_ms, outbox_age_ms, database, overlooked }
  }

  async function onChange(event: Event, done: DoneWith) {
    if (event.event.startsWith('schedule.')) {
      await handoffs.onChange(event.subject_id)
      await db.tx(done)
      return
    }
    if (event.event.startsWith('prober.')) {
      await probers.reload(event.tenant_id)
      await db.tx(done)
      return
    }
    if (event.event === 'member.removed') {
      await handoffs.onMember(event.tenant_id)
      await db.tx(done)
      escalator.wake()
      return
    }
    if (event.event.startsWith('maintenance_window.')) {
      await maintenance.onChange(event.tenant_id, Date.parse(event.at))
      await db.tx(done)
      return
    }
    if (event.event.startsWith('heartbeat.')) {
      heartbeats.onChange(event)
      await db.tx(done)
      await maintenance.follow(event.tenant_id, Date.parse(event.at))
      return
    }
    const act =
      event.event === 'monitors.imported'
        ? follow.imported
        : event.event === 'monitors.changed'
          ? follow.many
          : follow.one
    const over = await act(event, done)
    for (const ended of over) tellIncident(bus, ended)
    // Whoever was called for them is left alone.
    if (over.length > 0) dispatcher.wake()
    await maintenance.follow(event.tenant_id, Date.parse(event.at))
  }

  const stamp = (at = clock.now()) => db.tx(async (tx) => void (await stampAlive(tx, at)))

  async function settle() {
    do {
      await Promise.allSettled([
        local.settled(),
        passive.settled(),
        recorder.settled(),
        dispatcher.settled(),
        deliverer.settled(),
        escalator.settled(),
        blind.settled(),
        holds.settled(),
        maintenance.settled(),
        probers.settled(),
        heartbeats.settled(),
        handoffs.settled(),
        background.settled(),
      ])
      await new Promise((next) => setImmediate(next))
    } while (
      local.stats().running + local.stats().queued + background.pending() > 0 ||
      recorder.busy() ||
      dispatcher.busy() ||
      deliverer.busy() ||
      escalator.busy() ||
      heartbeats.busy() ||
      maintenance.busy() ||
      handoffs.busy()
    )
  }
  /** A monitor made a moment ago is known once its event has been read. */
  async function watchedOf(monitor: number): Promise<Watched> {
    if (!roster.get(monitor)) await dispatcher.settled()
    const watched = roster.get(monitor)
    if (!watched) throw fail('NOT_FOUND')
    return watched
  }

  return {
    history,
    probers,
    uplink: watch,
    heartbeats,
    async start() {
      const since = await absence.begin()
      await db.tx((tx) => forgive(tx, clock.now(), true))
      await roster.load()
      await heartbeats.start(since)
      running = true
      await stamp()
      await probers.start()
      await watch.start()
      await maintenance.start()
      absence.resume(since)
      local.start()
      passive.start()
      await deliverer.start()
      dispatcher.start()
      await holds.load()
      escalator.start()
      await handoffs.start()
      history.groupBy((number) => roster.get(number)?.tenant_id)
      background.every('history', FLUSH_MS, history.flush)
      background.every('alive', ALIVE_MS, async () => {
        await stamp()
        outbox_age_ms = await dispatcher.age()
        if (await remind(app, maintenance.of)) deliverer.wake()
        await endDrills(app)
        if ((await digests.run()) > 0) deliverer.wake()
      })
      background.every('watchdog', WATCHDOG_MS, watchdog.run)
      background.every('votes', STALE_MS, () => {
        probers.stale(freshFor)
        for (const watched of roster.all()) judge.recount(watched)
      })
      background.every('retention', RETAIN_MS, async () => {
        await history.retain()
        await heartbeats.retain()
        await db.tx((tx) => prune(tx, clock.now()))
        await db.tx((tx) => forgive(tx, clock.now()))
        while (await db.tx((tx) => pruneFeed(tx, clock.now())));
      })
    },
    async stop() {
      if (!running) return
      running = false
      // What is due while this stops is left to the next start, which looks for it from here on.
      const at = clock.now()
      background.stop()
      probers.stop()
      holds.stop()
      handoffs.stop()
      maintenance.stop()
      passive.stop()
      heartbeats.stop()
      deliverer.stop()
      const late = new Promise<true>((done) => setTimeout(() => done(true), STOP_MS).unref())
      await Promise.race([Promise.allSettled([local.stop(), background.settled()]), late])
      await recorder.settled()
      await heartbeats.settled()
      await dispatcher.stop()
      await escalator.stop()
      while (deliverer.busy()) if (await Promise.race([deliverer.settled().then(() => false), late])) break
      history.close()
      await stamp(at)
    },
    wake: dispatcher.wake,
    idle: settle,
    snapshot(monitor) {
      const watched = roster.get(monitor)
      return watched && snapshotOf(watched, crew.next(watched), clock.now())
    },
    counts: roster.counts,
    statusOf: (monitor) => roster.get(monitor)?.status,
    seriesOf: (monitor) => roster.get(monitor)?.sites ?? [{ region: LOCAL, series: monitor }],
    regions: (tenant_id) =>
      new Map([[0, LOCAL], ...[...roster.regions.all(tenant_id)].map(([name, number]) => [number, name] as const)]),
    async checkNow(monitor) {
      const watched = await watchedOf(monitor)
      const checked = await background.aside(crew.check(watched))
      if (checked) return { ...checked.verdict, checked_at: isoAt(checked.at) }
      throw fail('SERVICE_UNAVAILABLE', { message: nobodyLooks(watched) })
    },
    dryRun: (job) => background.aside(local.dryRun(job)),
    async report(monitor, report) {
      const watched = await watchedOf(monitor)
      return { ...passive.report(watched, report), checked_at: isoAt(clock.now()) }
    },
    testChannel: (test) => background.aside(testChannel(app, test)),
    health: () => ({
      scheduler_lag_ms: local.stats().lag_ms,
      outbox_age_ms,
      history: history.state(),
      illness: watchdog.illness(),
    }),
    stats: local.stats,
  }
}

const nobodyLooks = ({ passive }: Watched) =>
  passive ? 'Nothing has been reported yet' : 'No prober of its regions answered in time'
