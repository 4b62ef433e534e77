import { and, between, eq, isNull, sql } from 'drizzle-orm'
import type { Writer } from '#db/client'
import { monitor_states, state_intervals } from '#db/schema/engine'
import { monitors } from '#db/schema/monitors'
import type { Crew } from '#engine/crew'
import type { Event } from '#engine/dispatch'
import type { History } from '#engine/history'
import { closeQuietly, type Incident } from '#engine/incidents'
import { closeIntervals, type Recorder, subjectOf } from '#engine/record'
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

/** Monitors whose rows are written by one statement; the loop gets a turn in between. */
const AT_ONCE = 200

const among = (values: (string | number)[]) => sql`(select value from json_each(${JSON.stringify(values)}))`

/** These monitors begin anew, or rest, each from its own time on. */
async function enter(db: Writer, some: Watched[], status: 'paused' | 'pending', at: (watched: Watched) => number) {
  for (let first = 0; first < some.length; first += AT_ONCE) {
    const part = some.slice(first, first + AT_ONCE)
    const fresh = { status, reason: null, message: null, evidence: null, maintained_since: null }
    const rows = part.map((watched) => ({ ...fresh, monitor: watched.number, since: isoAt(at(watched)) }))
    await db
      .insert(monitor_states)
      .values(rows)
      .onConflictDoUpdate({ target: monitor_states.monitor, set: { ...fresh, since: sql`excluded.since` } })
    await closeIntervals(
      db,
      part.map((watched) => [watched.number, at(watched)]),
    )
    if (status === 'paused')
      await db.insert(state_intervals).values(rows.map(({ monitor, since: from }) => ({ monitor, status, from })))
    for (const watched of part) {
      watched.since = at(watched)
      watched.interval_from = at(watched)
    }
    await new Promise((turn) => setImmediate(turn))
  }
}

/** Makes the schedule and the state follow what a person did to monitors; answers the incidents that ended by it. */
export function createFollower({ app, roster, crew, recorder, history, touched }: Parts) {
  const regionsOf = (watched: Watched | undefined) => watched?.sites.map(({ region }) => region) ?? []

  function forget(known: Watched) {
    roster.remove(known.id)
    crew.remove(known)
    const regions = [0, ...roster.regions.all(known.tenant_id).values()]
    history.forget(regions.map((region) => seriesOf(known.number, region)))
  }
  /** From here on, answers to checks of these monitors as they were are not listened to any more. */
  async function follow(ids: string[], event: Event, done: Done): Promise<Incident[]> {
    const known = new Map(ids.map((id) => [id, roster.find(id)]))
    const now = await roster.reloadMany(event.tenant_id, sql`${monitors.id} in ${among(ids)}`)
    const byId = new Map(now.map((watched) => [watched.id, watched]))
    await recorder.settled()
    for (const watched of known.values())
      if (watched && recorder.waits(watched.number)) throw new Error('earlier changes of state are still to be written')
    const resting = await pausedAmong(app, now)
    const gone = ids.filter((id) => !byId.has(id))
    const paused = now.filter(({ enabled }) => !enabled)
    const at = (watched: Watched) => Math.max(Date.parse(event.at), watched.interval_from)
    const { tenant_id } = event
    const ended = await app.db.tx(async (db) => {
      const over = [
        ...(await closeQuietly(db, {
          tenant_id,
          keys: gone.map(subjectOf),
          why: 'The monitor was deleted',
          at: event.at,
        })),
        ...(await closeQuietly(db, {
          tenant_id,
          keys: paused.map(({ id }) => subjectOf(id)),
          why: 'The monitor was paused',
          at: event.at,
        })),
      ]
      const toRest = paused.filter(({ number }) => !resting.has(number))
      const toWake = now.filter(({ enabled, number }) => enabled && resting.has(number))
      await enter(db, toRest, 'paused', at)
      await enter(db, toWake, 'pending', at)
      await done(db)
      return over
    })
    for (const id of gone) {
      const watched = known.get(id)
      if (watched) forget(watched)
    }
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
      // A few are looked at within seconds; many, on their slots, or they would delay what is due already.
      crew.set(made, made.length > AT_ONCE ? undefined : 'spread')
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
        sql`${state_intervals.monitor} in ${among(numbers)}`,
        isNull(state_intervals.until),
        eq(state_intervals.status, 'paused'),
      ),
    )
  return new Set(rows.map(({ monitor }) => monitor))
}
