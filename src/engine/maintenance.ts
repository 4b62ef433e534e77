import { and, eq, isNotNull, like, sql } from 'drizzle-orm'
import { alerts } from '#db/schema/alerts'
import { maintenance_windows as windows } from '#db/schema/maintenance'
import { postFeed } from '#engine/feed'
import type { Maintained } from '#engine/holds'
import type { Incident } from '#engine/incidents'
import { trulyShown } from '#engine/judge'
import {
  activeOf,
  beginIntervals,
  dueBy,
  heartbeatsIn,
  maintainedNow,
  mark,
  monitorsIn,
  nextDue,
  planOf,
  type Row,
  timesOf,
} from '#engine/maintenance-rows'
import type { Recorder } from '#engine/record'
import { tellMaintenance } from '#engine/records'
import type { Roster } from '#engine/roster'
import type { Watched } from '#engine/watched'
import { isoAt, type Timer } from '#kernel/clock'
import type { App } from '#kernel/context'
import { moment } from '#kernel/words'

type Parts = {
  app: Omit<App, 'engine'>
  roster: Roster
  recorder: Recorder
  /** A window is over, or about something else: what waits for it is looked at again. */
  touched: (window_id: string) => void
  /** Something may be due for those who are called. */
  wake: () => void
}
type Window = Maintained & { until: string }

const LOOK_AGAIN_MS = 60_000
const RETRY_MS = 5_000
const AT_ONCE = 200

/** What stands in an alert that waits for the end of a window; it begins anew then. */
const PAUSED = 'Paused by the maintenance window'
export const pausedBy = ({ name }: Pick<Window, 'name'>) => `${PAUSED} “${name}”`
export const isPaused = (reason: string | null) => reason?.startsWith(PAUSED) === true

/**
 * Maintenance windows: which of them last is a row, and one timer stands at the next beginning or end, found by an index.
 * Of each monitor and heartbeat it is known in memory whether it is worked on; a check asks nothing else. Checks go on and
 * what they prove is recorded; the time itself is filed under maintenance.
 */
export function createMaintenance({ app, roster, recorder, touched, wake }: Parts) {
  const { db, clock, log } = app
  /** By tenant: which monitor (number) and heartbeat (id) is in which window. */
  const known = new Map<string, { monitors: Map<number, Window>; heartbeats: Map<string, Window> }>()
  let timer: Timer | undefined
  let planned: number | undefined
  let working: Promise<void> = Promise.resolve()
  let pending = 0
  let stopped = true

  const none = { monitors: new Map<number, Window>(), heartbeats: new Map<string, Window>() }
  async function wanted(tenant_id: string) {
    const found = { monitors: new Map<number, Window>(), heartbeats: new Map<string, Window>() }
    for (const { id, name, scope, active_until } of await activeOf(db.read, tenant_id)) {
      const window = { id, name, until: active_until ?? isoAt(clock.now()) }
      for (const { number } of await monitorsIn(db.read, tenant_id, scope))
        if (roster.get(number)?.enabled) found.monitors.set(number, window)
      for (const { id } of await heartbeatsIn(db.read, tenant_id, scope)) found.heartbeats.set(id, window)
    }
    return found
  }

  /** Their time is filed under maintenance from the beginning of the window on. */
  async function enter(some: { watched: Watched; from: number; window: Window }[]) {
    for (const { watched, window } of some) watched.maintenance = window.id
    await recorder.settled()
    const begun = some.map(({ watched, from }) => ({
      ...{ watched, number: watched.number, status: 'maintenance' as const },
      from: Math.max(from, watched.interval_from),
    }))
    await db.tx(async (tx) => {
      await beginIntervals(tx, begun)
      await mark(
        tx,
        begun.map(({ number, from }) => ({ number, since: from })),
      )
    })
    for (const { watched, from } of begun) watched.interval_from = from
    for (const { watched, from } of some) roster.setStatus(watched, 'maintenance', from)
  }
  /** From the end of the window on they are what they were found to be; that goes on changing while it is written. */
  async function leave(some: Watched[], at: number) {
    await recorder.settled()
    let left = some
    while (left.length > 0) {
      const begun = left.map((watched) => ({
        ...{ watched, number: watched.number, status: watched.interval_status },
        from: Math.max(at, watched.interval_from),
      }))
      await db.tx(async (tx) => {
        await beginIntervals(tx, begun)
        await mark(
          tx,
          begun.map(({ number }) => ({ number, since: null })),
        )
      })
      for (const { watched, from } of begun) watched.interval_from = from
      left = begun.flatMap(({ watched, status }) => (watched.interval_status === status ? [] : [watched]))
    }
    for (const watched of some) {
      watched.maintenance = null
      roster.setStatus(watched, watched.enabled ? trulyShown(watched) : 'paused', at)
    }
  }

  /** Brings a workspace to what its rows say; `at`: when that began to be so. */
  async function sync(tenant_id: string, at: number) {
    const before = known.get(tenant_id) ?? none
    const found = await wanted(tenant_id)
    const entering: { watched: Watched; from: number; window: Window }[] = []
    const leaving: Watched[] = []
    for (const [number, window] of found.monitors) {
      const watched = roster.get(number)
      if (!watched) continue
      // Also one that was paused and is resumed in the middle.
      if (!before.monitors.has(number) || watched.maintenance === null) entering.push({ watched, window, from: at })
      else watched.maintenance = window.id
    }
    for (const number of before.monitors.keys()) {
      const watched = roster.get(number)
      if (watched?.enabled && !found.monitors.has(number)) leaving.push(watched)
    }
    if (found.monitors.size + found.heartbeats.size > 0) known.set(tenant_id, found)
    else known.delete(tenant_id)
    for (let i = 0; i < entering.length; i += AT_ONCE) await enter(entering.slice(i, i + AT_ONCE))
    for (let i = 0; i < leaving.length; i += AT_ONCE) await leave(leaving.slice(i, i + AT_ONCE), at)
    const over = [...windowsIn(before)].filter((id) => !windowsIn(found).has(id))
    if (over.length > 0) await unpause(tenant_id)
    for (const id of windowsIn(before)) touched(id)
  }
  /** Alerts that waited for the end of a window are looked at again: they begin anew, or go on waiting for another one. */
  async function unpause(tenant_id: string) {
    const waiting = and(eq(alerts.tenant_id, tenant_id), isNotNull(alerts.next_at), like(alerts.reason, `${PAUSED}%`))
    await db.tx((tx) =>
      tx
        .update(alerts)
        .set({ next_at: isoAt(clock.now()) })
        .where(waiting),
    )
    wake()
  }

  /** A window begins or ends; what follows from that in memory and intervals is done again after a crash. */
  async function turn(row: Row, now: number) {
    const lasted = row.active_until !== null && Date.parse(row.active_until) > now
    const times = timesOf(planOf(row), now, lasted || !row.active_from ? undefined : Date.parse(row.active_from))
    const goes_on = lasted && times.active_from !== null
    const ends = row.active_from !== null && !goes_on ? row : undefined
    const begins = times.active_from !== null && !goes_on
    const at = isoAt(now)
    const done = await db.tx(async (tx) => {
      const unchanged = and(eq(windows.id, row.id), sql`${windows.next_at} is ${Date.parse(row.next_at ?? at)}`)
      const [set] = await tx.update(windows).set(times).where(unchanged).returning()
      if (!set) return false
      const about = { tenant_id: row.tenant_id, path: `/maintenance/${row.id}`, data: { maintenance_id: row.id } }
      if (ends) {
        const title = `Maintenance “${row.name}” is over`
        const over = row.active_until && row.active_until < at ? row.active_until : at
        await postFeed(tx, { ...about, type: 'maintenance_ended', title, body: '', at: over })
        await tellMaintenance(app, tx, row, { event: 'maintenance.ended', at: over, until: null })
      }
      if (begins) {
        const body = `Until ${moment(times.active_until ?? at)} nobody is called for what it is about.`
        const title = `Maintenance “${row.name}” has begun`
        await postFeed(tx, { ...about, type: 'maintenance_started', title, body, at: times.active_from ?? at })
        const since = { at: times.active_from ?? at, until: times.active_until }
        await tellMaintenance(app, tx, row, { event: 'maintenance.started', ...since })
      }
      return true
    })
    if (!done) return
    const began = times.active_from ? Date.parse(times.active_from) : now
    await sync(row.tenant_id, ends?.active_until ? Math.min(Date.parse(ends.active_until), now) : began)
    app.bus.publish({ tenant_id: row.tenant_id, type: 'status_page_update', data: {} })
    wake()
  }

  function ring(at: number) {
    if (stopped || (planned !== undefined && planned <= at)) return
    timer?.cancel()
    planned = at
    timer = clock.after(Math.min(Math.max(0, at - clock.now()), LOOK_AGAIN_MS), () => {
      planned = undefined
      void queued(look)
    })
  }
  async function look() {
    for (let rows = await dueBy(db.read, clock.now()); rows.length > 0; rows = await dueBy(db.read, clock.now()))
      for (const row of rows) await turn(row, clock.now())
    ring(Math.min((await nextDue(db.read)) ?? Infinity, clock.now() + LOOK_AGAIN_MS))
  }
  /** One after the other; what fails is tried again. */
  function queued(work: () => Promise<void>): Promise<void> {
    pending++
    working = working
      .then(() => (stopped ? undefined : work()))
      .catch((error) => {
        log.error('A maintenance window could not be followed yet', { error: error as Error })
        clock.after(RETRY_MS, () => void queued(look))
      })
      .finally(() => pending--)
    return working
  }

  return {
    /** The window that the subject of an incident is in. */
    of({ tenant_id, monitor_id, heartbeat_id }: Pick<Incident, 'tenant_id' | 'monitor_id' | 'heartbeat_id'>) {
      const own = known.get(tenant_id)
      if (!own) return undefined
      if (heartbeat_id !== null) return own.heartbeats.get(heartbeat_id)
      const watched = monitor_id === null ? undefined : roster.find(monitor_id)
      return watched && own.monitors.get(watched.number)
    },
    /** After the roster is read, before anything is checked. */
    async start() {
      stopped = false
      for (const number of await maintainedNow(db.read)) {
        const watched = roster.get(number)
        if (!watched?.enabled) continue
        const window = { id: '', name: '', until: isoAt(clock.now()) }
        watched.maintenance = window.id
        const own = known.get(watched.tenant_id) ?? { monitors: new Map(), heartbeats: new Map() }
        known.set(watched.tenant_id, own)
        own.monitors.set(number, window)
        roster.setStatus(watched, 'maintenance', watched.since ?? clock.now())
      }
      const now = clock.now()
      const tenants = new Set([...known.keys(), ...(await activeOf(db.read)).map(({ tenant_id }) => tenant_id)])
      // Those that ended in the meantime end at their time.
      await queued(look)
      for (const tenant_id of tenants) await queued(() => sync(tenant_id, now))
    },
    /** A window, or something that one may be about, was made, changed or deleted. */
    async onChange(tenant_id: string, at: number) {
      await queued(async () => {
        await sync(tenant_id, at)
        await look()
      })
    },
    /** Something of a workspace has changed; costs nothing where nothing is worked on. */
    async follow(tenant_id: string, at: number) {
      if (known.has(tenant_id) || (await activeOf(db.read, tenant_id)).length > 0)
        await queued(() => sync(tenant_id, at))
    },
    stop() {
      stopped = true
      timer?.cancel()
    },
    busy: () => pending > 0,
    settled: () => working,
  }
}
export type Maintenance = ReturnType<typeof createMaintenance>

const windowsIn = ({ monitors, heartbeats }: { monitors: Map<number, Window>; heartbeats: Map<string, Window> }) =>
  new Set([...monitors.values(), ...heartbeats.values()].map(({ id }) => id))
