import { asc, eq, gt, inArray } from 'drizzle-orm'
import type { Writer } from '#db/client'
import { incidents } from '#db/schema/engine'
import { outbox } from '#db/schema/kernel'
import type { Handed } from '#engine/announce'
import type { Incident } from '#engine/incidents'
import { responses } from '#engine/respond'
import { tell } from '#engine/tell'
import { enqueue, settle } from '#kernel/change'
import type { App } from '#kernel/context'

export type Event = typeof outbox.$inferSelect
type Handlers = {
  /** Something is to be checked otherwise; removes the row itself, in its own transaction. */
  onChange: (event: Event, done: DoneWith) => Promise<void>
  /** Whether a new incident has to wait before anybody is told; writes down why. */
  hold: (db: Writer, incident: Incident) => Promise<boolean>
  /** After the commit. */
  onIncident: (incident: Incident) => void
  /** There may be deliveries now; these are claimed already. */
  onQueued: (claimed: Handed[]) => void
}
/** Removes the outbox row; to be called inside the transaction that acts on it. */
export type DoneWith = (db: Writer) => Promise<unknown>

const toldEvents = ['incident.created', 'incident.acknowledged', 'incident.resolved'] as const
/** Something about an incident that people are to hear of. */
export type News = {
  event: (typeof toldEvents)[number]
  incident: Incident
  at: string
  payload: Record<string, unknown>
}
const isTold = (event: string): event is News['event'] => (toldEvents as readonly string[]).includes(event)

const AT_ONCE = 100
const RETRY_MS = 5_000

/**
 * Acts on what was committed, in the order of the commits:
 *  1. read the oldest outbox rows;
 *  2. an incident's event: queue its deliveries, or hold it, and remove the row, in one transaction;
 *  3. a monitor's or prober's event: follow it in the schedule and remove the row;
 *  4. a row that fails stays and is tried again later, before the next ones about the same subject; others pass it.
 * Killed between any two steps, the row is still there or its effect is complete; deliveries have a unique key.
 */
export function createDispatcher(app: Omit<App, 'engine'>, { onChange, hold, onIncident, onQueued }: Handlers) {
  let working: Promise<void> | undefined
  let again = false
  // Until the start nothing is acted on: a command beside a running server must not take its events.
  let stopped = true
  /** Subjects of which an event failed: none of theirs before this time, or a recovery would overtake its alarm. */
  const held = new Map<string, number>()

  /** What people are told, or who is called from now on. */
  const react = (db: Writer, event: string, news: Omit<News, 'event'>): Promise<Handed[]> =>
    isTold(event)
      ? tell(app, db, { ...news, event }, hold)
      : (responses[event]?.(app, db, news.incident, news) ?? Promise.resolve([]))
  async function act(event: Event) {
    const done: DoneWith = (db) => settle(db, event.seq)
    const { event: name } = event
    if (!isTold(name) && !(name in responses)) return onChange(event, done)
    const { incident, handed } = await app.db.tx(async (db) => {
      const [incident] = await db.select().from(incidents).where(eq(incidents.id, event.subject_id))
      const handed = incident ? await react(db, name, { ...event, incident }) : []
      await done(db)
      return { incident, handed }
    })
    if (incident) onIncident(incident)
    onQueued(handed)
  }

  /** Incidents of which an earlier event still waits: theirs must not overtake it. */
  async function waitingAmong(db: Writer, news: News[]): Promise<Set<string>> {
    const ids = news.filter(({ event }) => event !== 'incident.created').map(({ incident }) => incident.id)
    if (ids.length === 0) return new Set()
    const rows = await db.select({ id: outbox.subject_id }).from(outbox).where(inArray(outbox.subject_id, ids))
    return new Set(rows.map(({ id }) => id))
  }
  /**
   * Tells of news in the transaction that makes them, so that an alarm waits for one commit only. What cannot be told
   * there becomes an outbox row like any other. Answers what to do after the commit.
   */
  async function tellNow(db: Writer, news: News[]): Promise<() => void> {
    if (news.length === 0) return () => {}
    const waiting = await waitingAmong(db, news)
    const later = news.filter(({ incident }) => stopped || waiting.has(incident.id))
    const now = news.filter((one) => !later.includes(one))
    const handed: Handed[] = []
    try {
      await db.transaction(async (inner) => {
        for (const one of now) handed.push(...(await tell(app, inner, one, hold)))
      })
    } catch (error) {
      app.log.error('Incidents could not be announced at once', { error: error as Error })
      handed.length = 0
      later.push(...now.splice(0))
    }
    for (const { event, incident, at, payload } of later)
      await enqueue(db, { tenant_id: incident.tenant_id, event, subject_id: incident.id, payload, at })
    return () => {
      for (const { incident } of now) onIncident(incident)
      onQueued(handed)
      if (later.length > 0) wake()
    }
  }

  async function pass(): Promise<void> {
    const now = app.clock.monotonic()
    for (let last = 0; !stopped; ) {
      const rows = await app.db.read
        .select()
        .from(outbox)
        .where(gt(outbox.seq, last))
        .orderBy(asc(outbox.seq))
        .limit(AT_ONCE)
      for (const event of rows) {
        last = event.seq
        if ((held.get(event.subject_id) ?? 0) > now) continue
        try {
          await act(event)
          held.delete(event.subject_id)
        } catch (error) {
          app.log.error('An event could not be handled yet', {
            error: error as Error,
            event: event.event,
            seq: event.seq,
          })
          held.set(event.subject_id, now + RETRY_MS)
          app.clock.after(RETRY_MS, wake)
        }
      }
      if (rows.length < AT_ONCE) return
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
        app.log.error('The outbox cannot be read', { error: error as Error })
        app.clock.after(RETRY_MS, wake)
      })
      .finally(() => {
        working = undefined
        if (again && !stopped) wake()
      })
  }

  return {
    wake,
    tellNow,
    busy: () => working !== undefined,
    settled: () => working ?? Promise.resolve(),
    start() {
      stopped = false
      wake()
    },
    async stop() {
      stopped = true
      await working
    },
    /** Age of the oldest event that waits. */
    async age(): Promise<number> {
      const [oldest] = await app.db.read.select({ at: outbox.at }).from(outbox).orderBy(asc(outbox.seq)).limit(1)
      return oldest ? Math.max(0, app.clock.now() - Date.parse(oldest.at)) : 0
    },
  }
}
