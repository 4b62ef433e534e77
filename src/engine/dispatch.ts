import { asc, eq, gt } from 'drizzle-orm'
import { type NoticeEvent, noticeEvents } from '#contract/events'
import { incidents } from '#db/schema/engine'
import { outbox } from '#db/schema/kernel'
import { announce } from '#engine/announce'
import type { Incident } from '#engine/incidents'
import { settle } from '#kernel/change'
import type { App } from '#kernel/context'

export type Event = typeof outbox.$inferSelect
type Handlers = {
  /** A monitor was created, changed, paused, resumed or deleted; removes the row itself, in its own transaction. */
  onMonitor: (event: Event, done: DoneWith) => Promise<void>
  /** After the commit. */
  onIncident: (incident: Incident) => void
  /** There may be deliveries now. */
  onQueued: () => void
}
/** Removes the outbox row; to be called inside the transaction that acts on it. */
type DoneWith = (db: Parameters<Parameters<App['db']['tx']>[0]>[0]) => Promise<unknown>

const AT_ONCE = 100
const RETRY_MS = 5_000
const isNotice = (event: string): event is NoticeEvent => (noticeEvents as readonly string[]).includes(event)

/**
 * Acts on what was committed, in the order of the commits:
 *  1. read the oldest outbox rows;
 *  2. an incident's event: queue its deliveries and remove the row, in one transaction;
 *  3. a monitor's event: follow it in the schedule and remove the row;
 *  4. a row that fails stays and is tried again later, before the next ones about the same subject; others pass it.
 * Killed between any two steps, the row is still there or its effect is complete; deliveries have a unique key.
 */
export function createDispatcher(app: Omit<App, 'engine'>, { onMonitor, onIncident, onQueued }: Handlers) {
  let working: Promise<void> | undefined
  let again = false
  // Until the start nothing is acted on: a command beside a running server must not take its events.
  let stopped = true
  /** Subjects of which an event failed: none of theirs before this time, or a recovery would overtake its alarm. */
  const held = new Map<string, number>()

  async function act(event: Event) {
    const done: DoneWith = (db) => settle(db, event.seq)
    const { event: name } = event
    if (!isNotice(name)) return onMonitor(event, done)
    const incident = await app.db.tx(async (db) => {
      const [incident] = await db.select().from(incidents).where(eq(incidents.id, event.subject_id))
      const down_s = event.payload.down_s
      if (incident)
        await announce(app, db, { event: name, incident, at: event.at, ...(typeof down_s === 'number' && { down_s }) })
      await done(db)
      return incident
    })
    if (incident) onIncident(incident)
    onQueued()
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
