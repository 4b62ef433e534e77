import { and, eq, inArray, isNull, ne, sql } from 'drizzle-orm'
import type { Severity, TimelineKind } from '#contract/statuses'
import type { Writer } from '#db/client'
import { pages } from '#db/schema/alerts'
import { channel_failures, incident_timeline, incidents } from '#db/schema/engine'
import { enqueue, found } from '#kernel/change'
import type { Tx } from '#kernel/context'
import { fail } from '#kernel/fail'
import { moment } from '#kernel/words'

export type Incident = typeof incidents.$inferSelect
type Actor = { id: string; label: string }

export const note = (
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

/** A fire drill: real messages about nothing. */
export async function openDrill(tx: Tx, { title, message }: { title: string; message: string }): Promise<Incident> {
  const id = Bun.randomUUIDv7()
  const values = {
    ...{ id, tenant_id: tx.tenant.id, title, message, status: 'open' as const, severity: 'high' as const },
    ...{
      source_type: 'drill' as const,
      dedup_key: `drill:${id}`,
      opened_at: tx.at,
      created_at: tx.at,
      updated_at: tx.at,
    },
  }
  const incident = found(await tx.db.insert(incidents).values(values).returning())
  await note(tx.db, { incident_id: id, kind: 'created', message, at: tx.at }, tx.actor)
  return incident
}

type Opening = Pick<
  Incident,
  'tenant_id' | 'dedup_key' | 'source_type' | 'title' | 'severity' | 'message' | 'opened_at'
> &
  Partial<
    Pick<
      Incident,
      | 'reason'
      | 'heartbeat_id'
      | 'heartbeat_name'
      | 'integration_id'
      | 'source'
      | 'source_url'
      | 'labels'
      | 'monitor_id'
      | 'monitor_name'
    >
  > & {
    at: string
    /** What was found, for the timeline. */
    data?: Record<string, unknown>
  }

/** An incident of the appliance's own finding, about something other than a monitor; one that is open already stays as it is. */
export async function openFor(db: Writer, { at, data, ...about }: Opening): Promise<Incident | undefined> {
  const values = { ...about, status: 'open' as const, created_at: at, updated_at: at }
  const [incident] = await db.insert(incidents).values(values).onConflictDoNothing().returning()
  if (!incident) return undefined
  await note(db, { incident_id: incident.id, kind: 'detected', message: about.message ?? about.title, at, data })
  await enqueue(db, { tenant_id: about.tenant_id, event: 'incident.created', subject_id: incident.id, payload: {}, at })
  return incident
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

/** What holds for the one incident of this key, while there is one. */
export const isOpen = (tenant_id: string, dedup_key: string) =>
  and(eq(incidents.tenant_id, tenant_id), eq(incidents.dedup_key, dedup_key), ne(incidents.status, 'resolved'))

/** Its end. */
export async function closeFor(
  db: Writer,
  { tenant_id, dedup_key, message, at }: { tenant_id: string; dedup_key: string; message: string; at: string },
): Promise<Incident | undefined> {
  const [incident] = await db
    .update(incidents)
    .set({ status: 'resolved', resolved_at: at, updated_at: at })
    .where(isOpen(tenant_id, dedup_key))
    .returning()
  if (!incident) return undefined
  const down_s = Math.max(0, Math.round((Date.parse(at) - Date.parse(incident.opened_at)) / 1_000))
  await note(db, { incident_id: incident.id, kind: 'recovered', message, at, data: { down_s } })
  await enqueue(db, { tenant_id, event: 'incident.resolved', subject_id: incident.id, payload: { down_s }, at })
  return incident
}

/** When somebody who was called answered. */
const markAnswered = (db: Writer, incident_id: string, user_id: string, at: string) =>
  db
    .update(pages)
    .set({ acknowledged_at: at })
    .where(and(eq(pages.incident_id, incident_id), eq(pages.user_id, user_id), isNull(pages.acknowledged_at)))

/** Somebody takes care: reminders stop. Twice is once; a resolved incident refuses. */
export async function acknowledge(tx: Tx, incident_id: string, message?: string): Promise<Incident> {
  const incident = await own(tx, incident_id)
  if (incident.status === 'resolved') throw fail('CONFLICT', { message: 'This incident is already resolved' })
  await markAnswered(tx.db, incident_id, tx.actor.id, tx.at)
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

const openOnly = (incident: Incident) => {
  if (incident.status === 'resolved') throw fail('CONFLICT', { message: 'This incident is already resolved' })
  return incident
}

type Edit = { title?: string; severity?: Severity }
/** What it is called and how bad it is, as people see it now. */
export async function edit(tx: Tx, incident_id: string, { title, severity }: Edit): Promise<Incident> {
  const before = await own(tx, incident_id)
  const said = [
    title !== undefined && title !== before.title && `Called “${title}”`,
    severity !== undefined && severity !== before.severity && `${before.severity} → ${severity}`,
  ].filter((one) => one !== false)
  if (said.length > 0)
    await note(tx.db, { incident_id, kind: 'updated', message: said.join('; '), at: tx.at }, tx.actor)
  return set(tx, incident_id, { title, severity })
}

/** Somebody else, or another policy, is to be called from now on; `user` also becomes the one who has it. */
export async function assign(
  tx: Tx,
  incident_id: string,
  to: { user?: { id: string; name: string }; policy?: { id: string; name: string } },
): Promise<Incident> {
  openOnly(await own(tx, incident_id))
  const name = to.user?.name ?? to.policy?.name ?? ''
  await note(tx.db, { incident_id, kind: 'assigned', message: `Given to ${name}`, at: tx.at, data: to }, tx.actor)
  const opened = { status: 'open' as const, acknowledged_at: null, acknowledged_by: null, snoozed_until: null }
  return set(tx, incident_id, { ...opened, assignee_id: to.user?.id ?? null, assignee_name: to.user?.name ?? null })
}

/** Nobody is called until then. */
export async function snooze(tx: Tx, incident_id: string, until: string): Promise<Incident> {
  openOnly(await own(tx, incident_id))
  const message = `Snoozed until ${moment(until)}`
  await note(tx.db, { incident_id, kind: 'snoozed', message, at: tx.at, data: { until } }, tx.actor)
  return set(tx, incident_id, { snoozed_until: until })
}
export async function unsnooze(tx: Tx, incident_id: string): Promise<Incident> {
  openOnly(await own(tx, incident_id))
  await note(tx.db, { incident_id, kind: 'unsnoozed', message: 'The snooze was ended', at: tx.at }, tx.actor)
  return set(tx, incident_id, { snoozed_until: null })
}

/** It goes on after all; not while another one about the same is open. */
export async function reopen(tx: Tx, incident_id: string, message?: string): Promise<Incident> {
  const incident = await own(tx, incident_id)
  if (incident.status !== 'resolved') throw fail('CONFLICT', { message: 'This incident is not resolved' })
  const [other] = await tx.db
    .select({ id: incidents.id })
    .from(incidents)
    .where(isOpen(incident.tenant_id, incident.dedup_key))
  if (other) throw fail('CONFLICT', { message: 'Another incident about the same is open already' })
  await note(tx.db, { incident_id, kind: 'reopened', message: message || 'Opened again', at: tx.at }, tx.actor)
  const nobody = { acknowledged_at: null, acknowledged_by: null, resolved_at: null, resolved_by: null }
  const fresh = { merged_into: null, snoozed_until: null, group_id: null, held: null, reopened_at: tx.at }
  return set(tx, incident_id, { status: 'open', ...nobody, ...fresh })
}

/** It is a part of another one: it ends here, and goes on there. */
export async function merge(tx: Tx, incident_id: string, into: string): Promise<Incident> {
  const incident = openOnly(await own(tx, incident_id))
  const target = openOnly(await own(tx, into))
  if (incident_id === into) throw fail('CONFLICT', { message: 'An incident cannot be merged into itself' })
  const { id: _, title } = target
  await note(
    tx.db,
    { incident_id, kind: 'merged', message: `Merged into “${title}”`, at: tx.at, data: { into } },
    tx.actor,
  )
  const from = { incident_id: into, kind: 'merged' as const, message: `“${incident.title}” was merged into this` }
  await note(tx.db, { ...from, at: tx.at, data: { from: incident_id } }, tx.actor)
  const ended = { status: 'resolved' as const, resolved_at: tx.at, resolved_by: tx.actor.label }
  return set(tx, incident_id, { ...ended, merged_into: into })
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

/**
 * Ends what something that was paused or deleted had opened (`keys`: its dedup keys), without a word to anybody; nobody is
 * called for it any more. Answers the incidents there were.
 */
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
  for (const { id: incident_id } of closed) {
    await note(db, { incident_id, kind: 'resolved', message: why, at })
    const payload = { quiet: why }
    await enqueue(db, { tenant_id, event: 'incident.resolved', subject_id: incident_id, payload, at })
  }
  return closed
}
