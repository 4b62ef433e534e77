import { and, asc, eq, isNotNull, sql } from 'drizzle-orm'
import type { Reader, Writer } from '#db/client'
import { alerts, correlation_groups, pages } from '#db/schema/alerts'
import { deliveries, incidents } from '#db/schema/engine'
import { liveAlertsOf, noteOn, setAlert, stopPages } from '#engine/alerts'
import { announce, type Handed, hearsEach } from '#engine/announce'
import { audienceOf } from '#engine/audience'
import { continuePage, takeStep } from '#engine/call'
import { standIn } from '#engine/fallback'
import { groupOf, nextOpen } from '#engine/groups'
import type { Incident } from '#engine/incidents'
import { isPaused, pausedBy } from '#engine/maintenance'
import { expire, restart, wakeUp } from '#engine/respond'
import { isoAt, type Timer } from '#kernel/clock'
import type { App } from '#kernel/context'

type Core = Omit<App, 'engine'>
/** Until when nobody is called for an incident, because it is worked on. */
type Rests = (incident: Incident) => { name: string; until: string } | undefined
type Parts = {
  app: Core
  rests: Rests
  /** After the commit: there may be deliveries now; these are claimed already. */
  onQueued: (claimed: Handed[]) => void
  onIncident: (incident: Incident) => void
}
type Done = { incident?: Incident; handed: Handed[] }
type Kind = 'alert' | 'page' | 'summary' | 'fallback'
type Due = { kind: Kind; id: string; at: number }

const AT_ONCE = 100
const RETRY_MS = 5_000

const incidentOf = async (db: Writer, id: string): Promise<Incident | undefined> =>
  (await db.select().from(incidents).where(eq(incidents.id, id)))[0]

/** In a maintenance window nobody is called any more; the steps begin anew when it is over. */
async function rest(db: Writer, incident: Incident, window: { name: string; until: string }, now: number) {
  const live = await liveAlertsOf(db, incident.id)
  const reason = pausedBy(window)
  for (const { id } of live) await setAlert(db, id, { next_at: window.until, reason }, now)
  const ids = live.map(({ id }) => id)
  if (ids.length > 0) await stopPages(db, ids, 'in maintenance', now)
  if (live.every((alert) => alert.reason === reason)) return
  await noteOn(
    db,
    incident.id,
    'suppressed',
    `Nobody is called any more: it is in the maintenance window “${window.name}”`,
    now,
  )
}

/** An alert's time has come: its next step, or the end of a snooze or an acknowledgement. */
async function alertDue(app: Core, db: Writer, id: string, rests: Rests): Promise<Done> {
  const now = app.clock.now()
  const [alert] = await db.select().from(alerts).where(eq(alerts.id, id))
  if (!alert?.next_at || Date.parse(alert.next_at) > now) return { handed: [] }
  const incident = await incidentOf(db, alert.incident_id)
  // Over, but its end has not been told yet: that will close the alert.
  if (!incident || incident.status === 'resolved') {
    await setAlert(db, id, { next_at: null }, now)
    return { handed: [] }
  }
  const window = incident.status === 'open' ? rests(incident) : undefined
  if (window && Date.parse(window.until) > now) {
    await rest(db, incident, window, now)
    return { handed: [] }
  }
  if (isPaused(alert.reason) && incident.status === 'open')
    return { incident, handed: await restart(app, db, alert, incident) }
  if (incident.snoozed_until) {
    const awake = await wakeUp(app, db, incident)
    // Somebody takes care of it all the same.
    if (awake.status === 'acknowledged') await setAlert(db, id, { next_at: null }, now)
    return { incident: awake, handed: awake.status === 'open' ? await restart(app, db, alert, awake) : [] }
  }
  if (alert.status === 'acknowledged' || incident.status === 'acknowledged') {
    const open = await expire(app, db, incident)
    return { incident: open, handed: await restart(app, db, alert, open) }
  }
  return { handed: await takeStep(app, db, alert, incident, { at: isoAt(now) }) }
}

/** The next way of somebody's own plan. */
async function pageDue(app: Core, db: Writer, id: string, rests: Rests): Promise<Done> {
  const now = app.clock.now()
  const [page] = await db
    .select()
    .from(pages)
    .where(and(eq(pages.id, id), eq(pages.status, 'active')))
  if (!page?.next_at || Date.parse(page.next_at) > now) return { handed: [] }
  const incident = await incidentOf(db, page.incident_id)
  if (incident?.status !== 'open') {
    const reason = incident ? 'somebody takes care' : 'it is over'
    await db
      .update(pages)
      .set({ status: 'stopped', next_at: null, reason, ended_at: isoAt(now) })
      .where(eq(pages.id, id))
    return { handed: [] }
  }
  const window = rests(incident)
  if (window && Date.parse(window.until) > now) {
    await rest(db, incident, window, now)
    return { handed: [] }
  }
  const to = await continuePage(db, page, now)
  return { handed: await announce(app, db, { event: 'incident.created', incident, at: isoAt(now) }, to) }
}

/** Those who know of a group are told how it has grown. */
async function summaryDue(app: Core, db: Writer, id: string): Promise<Done> {
  const now = app.clock.now()
  const group = await groupOf(db, id)
  if (!group?.summary_at || Date.parse(group.summary_at) > now) return { handed: [] }
  await db
    .update(correlation_groups)
    .set({ summary_at: null, summarised: group.size })
    .where(eq(correlation_groups.id, id))
  const lead = await nextOpen(db, id)
  if (!lead || group.size <= group.summarised || lead.status !== 'open') return { handed: [] }
  const open = await db
    .select({ title: incidents.title })
    .from(incidents)
    .where(and(eq(incidents.group_id, id), sql`${incidents.status} <> 'resolved'`))
    .orderBy(asc(incidents.opened_at))
    .limit(1_000)
  const what = {
    event: 'incident.updated' as const,
    incident: lead,
    at: isoAt(now),
    group: {
      title: group.title,
      size: group.size,
      open: open.length,
      names: open.slice(0, 10).map(({ title }) => title),
    },
  }
  const people = (await audienceOf(db, lead, 'incident.updated', now)).filter(
    ({ channel }) => !channel || !hearsEach(channel.type),
  )
  const to = people.map((one) => ({
    ...one,
    again: `${id}.${group.size}`,
  }))
  await noteOn(db, lead.id, 'updated', `${group.title}: ${open.length} of ${group.size} are open`, now, {
    group_id: id,
  })
  return { handed: await announce(app, db, what, to) }
}

const acts: Record<Kind, (app: Core, db: Writer, id: string, rests: Rests) => Promise<Done>> = {
  alert: alertDue,
  page: pageDue,
  summary: summaryDue,
  fallback: async (app, db, id) => ({ handed: await standIn(app, db, id) }),
}

/** What is due next, whatever it is, oldest first; each by its index. */
async function soonest(db: Reader, limit: number): Promise<Due[]> {
  const known = [
    ['alert', alerts, alerts.next_at],
    ['page', pages, pages.next_at],
    ['summary', correlation_groups, correlation_groups.summary_at],
    ['fallback', deliveries, deliveries.fallback_at],
  ] as const
  const found: Due[] = []
  for (const [kind, table, at] of known) {
    const rows = await db.select({ id: table.id, at }).from(table).where(isNotNull(at)).orderBy(asc(at)).limit(limit)
    for (const row of rows) if (row.at) found.push({ kind, id: row.id, at: Date.parse(row.at) })
  }
  return found.sort((a, b) => a.at - b.at).slice(0, limit)
}

/**
 * Calls people in their time: takes what is due, each in a transaction of its own that writes both what was done and when
 * the next thing is due. Killed in between, it is due again after the start; done twice it is done once, for the rows
 * it makes have unique keys.
 */
export function createEscalator({ app, rests, onQueued, onIncident }: Parts) {
  const { clock, log, db } = app
  let working: Promise<void> | undefined
  let again = false
  let stopped = true
  let timer: Timer | undefined
  /** What failed, and until when it is left alone: one broken row must not hold up the others. */
  const failed = new Map<string, number>()

  async function take({ kind, id }: Due) {
    try {
      const { incident, handed } = await db.tx((tx) => acts[kind](app, tx, id, rests))
      failed.delete(id)
      if (incident) onIncident(incident)
      onQueued(handed)
    } catch (error) {
      log.error('Somebody could not be called yet', { error: error as Error, kind, id })
      failed.set(id, clock.now() + RETRY_MS)
    }
  }
  async function pass() {
    timer?.cancel()
    timer = undefined
    for (let more = true; more && !stopped; ) {
      const now = clock.now()
      const waiting = await soonest(db.read, AT_ONCE + failed.size)
      const due = waiting.filter(({ id, at }) => at <= now && (failed.get(id) ?? 0) <= now)
      for (const one of due) await take(one)
      more = due.length > 0
      if (more) continue
      const next = Math.min(...waiting.map(({ id, at }) => Math.max(at, failed.get(id) ?? 0)))
      if (Number.isFinite(next) && !stopped) timer = clock.after(Math.max(1, next - clock.now()), wake)
    }
  }
  async function work() {
    do {
      again = false
      await pass()
    } while (again && !stopped)
  }
  function wake() {
    if (stopped) return
    again = true
    working ??= work()
      .catch((error) => {
        log.error('Who is to be called cannot be read', { error: error as Error })
        timer = clock.after(RETRY_MS, wake)
      })
      .finally(() => {
        working = undefined
        if (again && !stopped) wake()
      })
  }
  return {
    /** Something may be due earlier than was known. */
    wake,
    busy: () => working !== undefined,
    settled: () => working ?? Promise.resolve(),
    start() {
      stopped = false
      wake()
    },
    async stop() {
      stopped = true
      timer?.cancel()
      await working
    },
  }
}
