import { and, asc, eq, inArray, isNull, lt, ne, sql } from 'drizzle-orm'
import type { Reader } from '#db/client'
import { alerts } from '#db/schema/alerts'
import { deliveries, incidents } from '#db/schema/engine'
import { outbox } from '#db/schema/kernel'
import type { Handed } from '#engine/announce'
import type { Incident } from '#engine/incidents'
import { raise } from '#engine/raise'
import { isoAt } from '#kernel/clock'
import type { App } from '#kernel/context'

type Core = Omit<App, 'engine'>
export type Ill = { incident_id: string; why: string }

/** What is later than this was forgotten, not busy. */
const LATE_MS = 300_000
const MOST = 1_000

/**
 * Every open incident must have a next action or a reason to have none. Answers those that have neither: nothing was ever
 * decided about them, or something that was due is long overdue.
 */
export async function audit(db: Reader, now: number): Promise<Ill[]> {
  const before = isoAt(now - LATE_MS)
  const open = sql`${incidents.status} <> 'resolved'`
  const decided = db.select({ id: alerts.incident_id }).from(alerts).where(eq(alerts.incident_id, incidents.id))
  const undecided = await db
    .select({ id: incidents.id })
    .from(incidents)
    .where(
      and(
        open,
        eq(incidents.status, 'open'),
        isNull(incidents.held),
        lt(incidents.created_at, before),
        sql`not exists ${decided}`,
      ),
    )
    .orderBy(asc(incidents.created_at))
    .limit(MOST)
  const overdue = await db
    .select({ id: alerts.incident_id })
    .from(alerts)
    .where(and(sql`${alerts.next_at} is not null`, lt(alerts.next_at, before)))
    .limit(MOST)
  const stuck = await db
    .select({ id: deliveries.incident_id })
    .from(deliveries)
    .where(
      and(
        // As in the partial index.
        sql`status in ('pending', 'sending')`,
        lt(deliveries.next_attempt_at, before),
        eq(deliveries.status, 'pending'),
      ),
    )
    .limit(MOST)
  return [
    ...undecided.map(({ id }) => ({ incident_id: id, why: 'nothing was decided about it' })),
    ...overdue.map(({ id }) => ({ incident_id: id, why: 'its next step is overdue' })),
    ...stuck.flatMap(({ id }) => (id ? [{ incident_id: id, why: 'a message about it is overdue' }] : [])),
  ]
}

/** What was never decided is decided now; whatever lost it, people are told. */
export async function mend(app: Core, ill: Ill[], onQueued: (claimed: Handed[], incident: Incident) => void) {
  const ids = ill.filter(({ why }) => why.startsWith('nothing')).map(({ incident_id }) => incident_id)
  for (const id of ids)
    try {
      const done = await app.db.tx(async (db) => {
        const [incident] = await db
          .select()
          .from(incidents)
          .where(and(eq(incidents.id, id), ne(incidents.status, 'resolved')))
        const [waits] = await db
          .select({ seq: outbox.seq })
          .from(outbox)
          .where(inArray(outbox.subject_id, [id]))
          .limit(1)
        const [alert] = await db.select({ id: alerts.id }).from(alerts).where(eq(alerts.incident_id, id)).limit(1)
        if (incident?.status !== 'open' || incident.held || waits || alert) return undefined
        return { incident, handed: await raise(app, db, incident, { at: incident.opened_at }) }
      })
      if (done) onQueued(done.handed, done.incident)
    } catch (error) {
      app.log.error('An incident that was overlooked cannot be told yet', { error: error as Error, incident: id })
    }
}
