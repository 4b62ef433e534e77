import { and, eq, inArray, ne, sql } from 'drizzle-orm'
import type { Severity, TimelineKind } from '#contract/statuses'
import type { Writer } from '#db/client'
import { channel_failures, incident_timeline, incidents } from '#db/schema/engine'
import { enqueue, found } from '#kernel/change'
import type { Tx } from '#kernel/context'
import { fail } from '#kernel/fail'

export type Incident = typeof incidents.$inferSelect
type Actor = { id: string; label: string }

const note = (
  db: Writer,
  row: { incident_id: string; kind: TimelineKind; message: string; at: string; data?: Record<string, unknown> },
  actor?: Actor,
) => db.insert(incident_timeline).values({ ...row, actor_id: actor?.id ?? null, actor_label: actor?.label ?? null })

/** The incident, if it belongs to the tenant that asks. */
const own = (tx: Tx, incident_id: string) =>
  tx.db
    .select()
    .from(incidents)
    .where(and(eq(incidents.id, incident_id), eq(incidents.tenant_id, tx.tenant.id)))
    .then(found)

const set = (tx: Tx, incident_id: string, values: Partial<Incident>) =>
  tx.db
    .update(incidents)
    .set({ ...values, updated_at: tx.at })
    .where(eq(incidents.id, incident_id))
    .returning()
    .then(found)

type Manual = {
  title: string
  severity: Severity
  message?: string | null
  monitor?: { id: string; name: string } | null
}

/** An incident that a person declares; it never collides with what the monitor itself opens. */
export async function openManual(tx: Tx, { title, severity, message, monitor }: Manual): Promise<Incident> {
  const id = Bun.randomUUIDv7()
  const values = {
    id,
    tenant_id: tx.tenant.id,
    title,
    status: 'open' as const,
    severity,
    source_type: 'manual' as const,
    monitor_id: monitor?.id ?? null,
    monitor_name: monitor?.name ?? null,
    dedup_key: `manual:${id}`,
    message: message ?? null,
    opened_at: tx.at,
    created_at: tx.at,
    updated_at: tx.at,
  }
  const incident = found(await tx.db.insert(incidents).values(values).returning())
  await note(tx.db, { incident_id: id, kind: 'created', message: message ?? title, at: tx.at }, tx.actor)
  return incident
}

type Opening = Pick<
  Incident,
  'tenant_id' | 'dedup_key' | 'source_type' | 'title' | 'severity' | 'message' | 'opened_at'
> &
  Partial<Pick<Incident, 'reason' | 'heartbeat_id' | 'heartbeat_name'>> & {
    at: string
    /** What was found, for the timeline. */
    data?: Record<string, unknown>
  }

/** An incident of the appliance's own finding, about something other than a monitor; one that is open already stays as it is. */
export async function openFor(db: Writer, { at, data, ...about }: Opening): Promise<void> {
  const values = { ...about, status: 'open' as const, created_at: at, updated_at: at }
  const [incident] = await db.insert(incidents).values(values).onConflictDoNothing().returning()
  if (!incident) return
  await note(db, { incident_id: incident.id, kind: 'detected', message: about.message ?? about.title, at, data })
  await enqueue(db, { tenant_id: about.tenant_id, event: 'incident.created', subject_id: incident.id, payload: {}, at })
}

/** More is known about what is open: it is told the next time, and stands in the timeline. Answers whether it is open. */
export async function updateFor(
  db: Writer,
  about: Pick<Opening, 'tenant_id' | 'dedup_key' | 'title' | 'message' | 'at' | 'data'>,
): Promise<boolean> {
  const { tenant_id, dedup_key, title, message, at, data } = about
  const [incident] = await db
    .update(incidents)
    .set({ title, message, updated_at: at })
    .where(isOpen(tenant_id, dedup_key))
    .returning()
  if (incident) await note(db, { incident_id: incident.id, kind: 'detected', message: message ?? title, at, data })
  return incident !== undefined
}

const isOpen = (tenant_id: string, dedup_key: string) =>
  and(eq(incidents.tenant_id, tenant_id), eq(incidents.dedup_key, dedup_key), ne(incidents.status, 'resolved'))

/** Its end. */
export async function closeFor(
  db: Writer,
  { tenant_id, dedup_key, message, at }: { tenant_id: string; dedup_key: string; message: string; at: string },
): Promise<void> {
  const [incident] = await db
    .update(incidents)
    .set({ status: 'resolved', resolved_at: at, updated_at: at })
    .where(isOpen(tenant_id, dedup_key))
    .returning()
  if (!incident) return
  const down_s = Math.max(0, Math.round((Date.parse(at) - Date.parse(incident.opened_at)) / 1_000))
  await note(db, { incident_id: incident.id, kind: 'recovered', message, at, data: { down_s } })
  await enqueue(db, { tenant_id, event: 'incident.resolved', subject_id: incident.id, payload: { down_s }, at })
}

/** Somebody takes care: reminders stop. Twice is once; a resolved incident refuses. */
export async function acknowledge(tx: Tx, incident_id: string, message?: string): Promise<Incident> {
  const incident = await own(tx, incident_id)
  if (incident.status === 'resolved') throw fail('CONFLICT', { message: 'This incident is already resolved' })
  if (incident.status === 'acknowledged') return incident
  await note(tx.db, { incident_id, kind: 'acknowledged', message: message || 'Acknowledged', at: tx.at }, tx.actor)
  return set(tx, incident_id, { status: 'acknowledged', acknowledged_at: tx.at, acknowledged_by: tx.actor.label })
}

/** Closes the incident by hand; the monitor opens a new one only after it has recovered and failed again. Twice is once. */
export async function resolve(tx: Tx, incident_id: string, message?: string): Promise<Incident> {
  const incident = await own(tx, incident_id)
  if (incident.status === 'resolved') return incident
  await note(tx.db, { incident_id, kind: 'resolved', message: message || 'Resolved', at: tx.at }, tx.actor)
  return set(tx, incident_id, { status: 'resolved', resolved_at: tx.at, resolved_by: tx.actor.label })
}

export async function comment(tx: Tx, incident_id: string, message: string): Promise<Incident> {
  await own(tx, incident_id)
  await note(tx.db, { incident_id, kind: 'commented', message, at: tx.at }, tx.actor)
  return set(tx, incident_id, {})
}

/** What somebody did about incidents stays, and that it was somebody; who it was is gone with their account. */
export async function forgetPerson(db: Writer, user_id: string) {
  const gone = 'a deleted account'
  const did = (kind: TimelineKind) =>
    db
      .select({ id: incident_timeline.incident_id })
      .from(incident_timeline)
      .where(and(eq(incident_timeline.actor_id, user_id), eq(incident_timeline.kind, kind)))
  await db
    .update(incidents)
    .set({ acknowledged_by: gone })
    .where(inArray(incidents.id, did('acknowledged')))
  await db
    .update(incidents)
    .set({ resolved_by: gone })
    .where(inArray(incidents.id, did('resolved')))
  await db.update(incident_timeline).set({ actor_label: gone }).where(eq(incident_timeline.actor_id, user_id))
}

/** The person has changed the channel's settings, or a test got through: it is tried again. */
export const clearChannelFailure = (tx: { db: Writer }, channel_id: string) =>
  tx.db.delete(channel_failures).where(eq(channel_failures.channel_id, channel_id))

/** Ends what something that was paused or deleted had opened (`keys`: its dedup keys), without a word to the channels; answers the incidents there were. */
export async function closeQuietly(
  db: Writer,
  { tenant_id, keys, why, at }: { tenant_id: string; keys: string[]; why: string; at: string },
): Promise<Incident[]> {
  if (keys.length === 0) return []
  const open = and(
    eq(incidents.tenant_id, tenant_id),
    sql`${incidents.dedup_key} in (select value from json_each(${JSON.stringify(keys)}))`,
    // As in the partial index, or it would not be used.
    sql`${incidents.status} <> 'resolved'`,
  )
  const closed = await db
    .update(incidents)
    .set({ status: 'resolved', resolved_at: at, updated_at: at })
    .where(open)
    .returning()
  for (const { id: incident_id } of closed) await note(db, { incident_id, kind: 'resolved', message: why, at })
  return closed
}
