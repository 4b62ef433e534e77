import { and, eq, isNull } from 'drizzle-orm'
import type { Writer } from '#db/client'
import { monitor_states, state_intervals } from '#db/schema/engine'
import type { Event } from '#engine/dispatch'
import type { History } from '#engine/history'
import { closeQuietly, type Incident } from '#engine/incidents'
import { closeIntervals, type Recorder } from '#engine/record'
import type { Roster, Watched } from '#engine/roster'
import { isoAt } from '#kernel/clock'
import type { App } from '#kernel/context'
import type { Scheduler } from '#probing/scheduler'

type Parts = { app: Omit<App, 'engine'>; roster: Roster; scheduler: Scheduler; recorder: Recorder; history: History }
type Done = (db: Writer) => Promise<unknown>

/** Monitors on one target share the bound of running checks. */
function hostOf({ job: { url, settings } }: Watched): string {
  if (URL.canParse(url)) return new URL(url).host
  const { host, server, name, port } = settings
  return `${host ?? server ?? name ?? ''}:${port ?? ''}`
}

/** Puts one monitor into the schedule as it is set now. */
export function schedule(scheduler: Scheduler, watched: Watched, first_at?: number): void {
  const paced = watched.job.type === 'tls' || watched.job.url.startsWith('https:')
  scheduler.set(watched.number, { interval_ms: watched.interval * 1_000, host: hostOf(watched), paced }, first_at)
}

async function enter(db: Writer, { number }: Watched, status: 'paused' | 'pending', at: number) {
  const row = { status, since: isoAt(at), reason: null, message: null, evidence: null }
  await db
    .insert(monitor_states)
    .values({ monitor: number, ...row })
    .onConflictDoUpdate({ target: monitor_states.monitor, set: row })
  await closeIntervals(db, [[number, at]])
  if (status === 'paused') await db.insert(state_intervals).values({ monitor: number, status, from: isoAt(at) })
}

/** Makes the schedule and the state follow what a person did to a monitor; answers the incident that ended by it. */
export function createFollower({ app, roster, scheduler, recorder, history }: Parts) {
  async function gone(event: Event, done: Done) {
    const known = roster.remove(event.subject_id)
    if (known) {
      scheduler.remove(known.number)
      history.forget([known.number])
    }
    return app.db.tx(async (db) => {
      const { tenant_id, subject_id: monitor_id, at } = event
      const incident = await closeQuietly(db, { tenant_id, monitor_id, why: 'The monitor was deleted', at })
      await done(db)
      return incident
    })
  }
  async function paused(watched: Watched, was: boolean, event: Event, done: Done) {
    scheduler.remove(watched.number)
    const at = Math.max(Date.parse(event.at), watched.interval_from)
    return app.db.tx(async (db) => {
      const { tenant_id, id: monitor_id } = watched
      const incident = await closeQuietly(db, { tenant_id, monitor_id, why: 'The monitor was paused', at: event.at })
      if (!was) {
        await enter(db, watched, 'paused', at)
        watched.since = at
        watched.interval_from = at
      }
      await done(db)
      return incident
    })
  }
  async function active(watched: Watched, was: boolean, event: Event, done: Done) {
    const at = Math.max(Date.parse(event.at), watched.interval_from)
    await app.db.tx(async (db) => {
      if (was) {
        await enter(db, watched, 'pending', at)
        watched.since = at
        watched.interval_from = at
      }
      await done(db)
    })
    schedule(scheduler, watched, app.clock.now())
    return undefined
  }

  return async (event: Event, done: Done): Promise<Incident | undefined> => {
    // From here on, answers to checks of the monitor as it was are not listened to any more.
    const known = roster.find(event.subject_id)
    const watched = await roster.reload(event.subject_id)
    await recorder.settled()
    if (known && recorder.waits(known.number)) throw new Error('earlier changes of state are still to be written')
    if (!watched) return gone(event, done)
    const was = await isPaused(app, watched)
    return watched.enabled ? active(watched, was, event, done) : paused(watched, was, event, done)
  }
}

async function isPaused({ db }: Omit<App, 'engine'>, { number }: Watched): Promise<boolean> {
  const [open] = await db.read
    .select({ status: state_intervals.status })
    .from(state_intervals)
    .where(and(eq(state_intervals.monitor, number), isNull(state_intervals.until)))
  return open?.status === 'paused'
}
