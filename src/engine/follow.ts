import { and, between, eq, inArray, isNull } from 'drizzle-orm'
import type { Writer } from '#db/client'
import { monitor_states, state_intervals } from '#db/schema/engine'
import { monitors } from '#db/schema/monitors'
import type { Crew } from '#engine/crew'
import type { Event } from '#engine/dispatch'
import type { History } from '#engine/history'
import { closeQuietly, type Incident } from '#engine/incidents'
import { closeIntervals, type Recorder } from '#engine/record'
import type { Roster } from '#engine/roster'
import { seriesOf } from '#engine/series'
import type { Watched } from '#engine/watched'
import { isoAt } from '#kernel/clock'
import type { App } from '#kernel/context'

type Parts = {
  app: Omit<App, 'engine'>
  roster: Roster
  crew: Crew
  recorder: Recorder
  history: History
  /** What depends on it, or consists of it, is looked at again. */
  touched: (id: string) => void
}
type Done = (db: Writer) => Promise<unknown>

async function enter(db: Writer, { number }: Watched, status: 'paused' | 'pending', at: number) {
  const row = { status, since: isoAt(at), reason: null, message: null, evidence: null }
  await db
    .insert(monitor_states)
    .values({ monitor: number, ...row })
    .onConflictDoUpdate({ target: monitor_states.monitor, set: row })
  await closeIntervals(db, [[number, at]])
  if (status === 'paused') await db.insert(state_intervals).values({ monitor: number, status, from: isoAt(at) })
}

/** Makes the schedule and the state follow what a person did to monitors; answers the incidents that ended by it. */
export function createFollower({ app, roster, crew, recorder, history, touched }: Parts) {
  const regionsOf = (watched: Watched | undefined) => watched?.sites.map(({ region }) => region) ?? []

  function gone(monitor_id: string, known: Watched | undefined, event: Event, db: Writer) {
    if (known) {
      roster.remove(known.id)
      crew.remove(known)
      const regions = [0, ...roster.regions.all(known.tenant_id).values()]
      history.forget(regions.map((region) => seriesOf(known.number, region)))
    }
    const { tenant_id, at } = event
    return closeQuietly(db, { tenant_id, monitor_id, why: 'The monitor was deleted', at })
  }
  async function paused(watched: Watched, was: boolean, event: Event, db: Writer) {
    const at = Math.max(Date.parse(event.at), watched.interval_from)
    const { tenant_id, id: monitor_id } = watched
    const incident = await closeQuietly(db, { tenant_id, monitor_id, why: 'The monitor was paused', at: event.at })
    if (!was) {
      await enter(db, watched, 'paused', at)
      watched.since = at
      watched.interval_from = at
    }
    return incident
  }
  async function active(watched: Watched, was: boolean, event: Event, db: Writer) {
    if (!was) return
    const at = Math.max(Date.parse(event.at), watched.interval_from)
    await enter(db, watched, 'pending', at)
    watched.since = at
    watched.interval_from = at
  }

  /** From here on, answers to checks of these monitors as they were are not listened to any more. */
  async function follow(ids: string[], event: Event, done: Done): Promise<Incident[]> {
    const known = new Map(ids.map((id) => [id, roster.find(id)]))
    const now = await roster.reloadMany(event.tenant_id, inArray(monitors.id, ids))
    const byId = new Map(now.map((watched) => [watched.id, watched]))
    await recorder.settled()
    for (const watched of known.values())
      if (watched && recorder.waits(watched.number)) throw new Error('earlier changes of state are still to be written')
    const was = await pausedAmong(app, now)
    const ended: Incident[] = []
    await app.db.tx(async (db) => {
      for (const id of ids) {
        const watched = byId.get(id)
        const was_paused = watched !== undefined && was.has(watched.number)
        const incident = !watched
          ? await gone(id, known.get(id), event, db)
          : watched.enabled
            ? await active(watched, was_paused, event, db)
            : await paused(watched, was_paused, event, db)
        if (incident) ended.push(incident)
      }
      await done(db)
    })
    // One that was changed is looked at now; many at once are spread.
    crew.set(now, ids.length > 1 ? 'spread' : 'now', (watched) => regionsOf(known.get(watched.id)))
    for (const id of ids) touched(id)
    return ended
  }

  return {
    /** One monitor was made, changed, paused, resumed or deleted. */
    one: (event: Event, done: Done) => follow([event.subject_id], event, done),
    /** Several were, all in the same way: `ids` in the payload. */
    many: (event: Event, done: Done) => follow(idsOf(event), event, done),
    /** New ones, numbered from `first` to `last`. */
    async imported(event: Event, done: Done): Promise<Incident[]> {
      const { first, last } = event.payload
      const made = await roster.reloadMany(event.tenant_id, between(monitors.number, Number(first), Number(last)))
      await app.db.tx(done)
      crew.set(made, 'spread')
      return []
    },
  }
}

const idsOf = ({ payload: { ids } }: Event): string[] => (Array.isArray(ids) ? ids.map(String) : [])

/** Those whose open interval says that they are paused. */
async function pausedAmong({ db }: Omit<App, 'engine'>, some: Watched[]): Promise<Set<number>> {
  if (some.length === 0) return new Set()
  const numbers = some.map(({ number }) => number)
  const rows = await db.read
    .select({ monitor: state_intervals.monitor })
    .from(state_intervals)
    .where(
      and(
        inArray(state_intervals.monitor, numbers),
        isNull(state_intervals.until),
        eq(state_intervals.status, 'paused'),
      ),
    )
  return new Set(rows.map(({ monitor }) => monitor))
}
