import { and, asc, eq, inArray, lt, or, type SQL, sql } from 'drizzle-orm'
import type { Reader, Writer } from '#db/client'
import { channel_failures, deliveries, incident_timeline, incidents, notification_log } from '#db/schema/engine'
import { notification_channels } from '#db/schema/notification-channels'
import { CUT_OFF, type Delivery, dedupKey, LEASE_MS, type Way } from '#engine/delivery-row'
import { forgetDevice } from '#engine/devices'
import { postChannelFailing } from '#engine/feed'
import { isoAt } from '#kernel/clock'

/** How one attempt ended; `retry_at` keeps it alive. */
export type Outcome =
  | { status: 'sent'; answer: string | null; duration_ms: number }
  | { status: 'failed'; error: string; duration_ms: number; retry_at?: number; disable?: boolean; gone?: boolean }
  | { status: 'suppressed'; error: string }
  /** The destination has had enough for now; this was no try. */
  | { status: 'postponed'; until: number }

/** As in the partial index, or it would not be used. */
const waiting = sql`status in ('pending', 'sending')`
/**
 * The channels with messages that wait or are under way, found by jumping from one to the next in the index: a backlog of
 * ten thousand costs no more than one message.
 */
const channelsWaiting = sql`c(id) as (
  select min(channel_id) from deliveries where ${waiting}
  union all
  select (select min(channel_id) from deliveries where ${waiting} and channel_id > c.id) from c where c.id is not null)`
const notIn = (busy: string[]) =>
  sql`c.id is not null and c.id not in (select value from json_each(${JSON.stringify(busy)}))`
/** The message of a channel that is next: one whose sender is gone, else the oldest that is due. */
const nextOf = (channel: SQL, now: number) => sql`coalesce(
  (select id from deliveries where ${waiting} and channel_id = ${channel} and status = 'sending' and lease_until < ${now}
    order by next_attempt_at, id limit 1),
  (select id from deliveries where ${waiting} and channel_id = ${channel} and status = 'pending' and next_attempt_at <= ${now}
    order by priority, next_attempt_at, id limit 1))`

/** The next message of each channel that is due, except of the channels named; oldest first. */
export async function due(db: Reader, now: number, busy: string[], limit: number): Promise<string[]> {
  const firsts = db
    .select({ id: sql<string | null>`${nextOf(sql`c.id`, now)}`.as('next') })
    .from(sql`(with recursive ${channelsWaiting} select id from c) c`)
    .where(notIn(busy))
    .as('firsts')
  const rows = await db
    .select({ id: deliveries.id })
    .from(firsts)
    .innerJoin(deliveries, eq(deliveries.id, firsts.id))
    .orderBy(asc(deliveries.next_attempt_at), asc(deliveries.id))
    .limit(limit)
  return rows.map(({ id }) => id)
}
/** Takes the next message of this channel for sending. */
export async function claimNext(db: Writer, channel_id: string, now: number): Promise<Delivery | undefined> {
  const [next] = await db
    .select({ id: deliveries.id })
    .from(deliveries)
    .where(sql`${deliveries.id} = ${nextOf(sql`${channel_id}`, now)}`)
  return next && (await claim(db, [next.id], now))[0]
}
/**
 * Which of these channels have messages under way or waiting: what is new has to stand behind those. For each the largest
 * priority of what waits there about the same source, or null.
 */
export async function occupied(db: Writer, channels: string[], source: string): Promise<Map<string, number | null>> {
  const rows = await db.all<{ id: string; behind: number | null }>(sql`select c.value as id,
      (select max(priority) from deliveries where ${waiting} and channel_id = c.value and source = ${source}) as behind
    from json_each(${JSON.stringify(channels)}) c
    where exists (select 1 from deliveries where ${waiting} and channel_id = c.value)`)
  return new Map(rows.map(({ id, behind }) => [id, behind]))
}

/** Takes those of these messages for sending that nobody else has taken meanwhile. */
export function claim(db: Writer, ids: string[], now: number): Promise<Delivery[]> {
  return db
    .update(deliveries)
    .set({ status: 'sending', attempts: sql`${deliveries.attempts} + 1`, lease_until: isoAt(now + LEASE_MS) })
    .where(
      and(
        inArray(deliveries.id, ids),
        or(
          eq(deliveries.status, 'pending'),
          and(eq(deliveries.status, 'sending'), lt(deliveries.lease_until, isoAt(now))),
        ),
      ),
    )
    .returning()
}

/**
 * At the start nobody else can be sending: what was being sent when the process ended is due at once, in its old place
 * before the messages that were queued after it, and with the same ones that it carried.
 */
export const takeOver = (db: Writer) =>
  db
    .update(deliveries)
    .set({ status: 'pending', lease_until: null, error: CUT_OFF })
    .where(eq(deliveries.status, 'sending'))

/** As in `deliveries.priority`. */
const PRIORITIES = [0, 1, 2, 3, 4]

/** When the next message is due or a lease ends, in milliseconds; one jump in the index for each channel and priority. */
export async function nextDue(db: Reader, busy: string[]): Promise<number | undefined> {
  const firsts = PRIORITIES.map(
    (priority) => sql`ifnull((select min(next_attempt_at) from deliveries
      where ${waiting} and channel_id = c.id and status = 'pending' and priority = ${priority}), ${NEVER})`,
  )
  const next = sql<number>`min(${sql.join(firsts, sql`, `)})`
  const lease = sql<number>`ifnull((select min(lease_until) + 1 from deliveries
    where ${waiting} and channel_id = c.id and status = 'sending'), ${NEVER})`
  const rows = await db
    .select({ next: next.as('next'), lease: lease.as('lease') })
    .from(sql`(with recursive ${channelsWaiting} select id from c) c`)
    .where(notIn(busy))
  const at = Math.min(...rows.flatMap(({ next, lease }) => [next, lease]), NEVER)
  return at < NEVER ? at : undefined
}
/** Later than any date. */
const NEVER = 9e15

/** Whether a person changed the channel since it was read. */
export async function isEdited(db: Writer, { id, updated_at }: Way): Promise<boolean> {
  const [row] = await db
    .select({ updated_at: notification_channels.updated_at })
    .from(notification_channels)
    .where(eq(notification_channels.id, id))
  return row !== undefined && row.updated_at !== updated_at
}

/** A first message about something this long ago is late, like a repeated one. */
const LATE_MS = 60_000

/**
 * Why the message is no longer to be sent, or nothing. A late "down" is dropped once the incident is over; an
 * "acknowledged" or "recovered" goes only where the "down" arrived.
 */
export async function obsolete(db: Reader, delivery: Delivery, channel: Way, now: number): Promise<string | undefined> {
  const { incident_id, event, attempts, notice, error } = delivery
  if (!incident_id) return undefined
  const late = attempts > 1 || now - Date.parse(String(notice.at)) > LATE_MS
  const isReminder = delivery.dedup_key !== dedupKey(incident_id, event, delivery.channel_id)
  // The alarm itself, at its first try, is true whatever has happened since; nothing more is asked before it goes out.
  if (event === 'incident.created' && !isReminder && !late) return undefined
  const [incident] = await db.select().from(incidents).where(eq(incidents.id, incident_id))
  if (!incident) return 'the incident is gone'
  if (event === 'incident.created') {
    if (delivery.page_id && late && error !== CUT_OFF && incident.status === 'acknowledged')
      return 'somebody takes care of the incident already'
    if (isReminder && !delivery.page_id && incident.status !== 'open')
      return 'somebody takes care of the incident already'
    const over = late && error !== CUT_OFF && incident.status === 'resolved'
    return over ? 'the incident was over before this could be delivered' : undefined
  }
  if (event === 'incident.acknowledged' && incident.status === 'resolved' && attempts > 1) return 'the incident is over'
  const down = await toldOf(db, incident, delivery.channel_id)
  if (down.length > 0)
    return down.some(({ status }) => status === 'sent')
      ? undefined
      : 'this channel never got the message that it was down'
  // No such message was queued: right when the channel does not want them, else it did not hear of the incident.
  return channel.events.includes('incident.created') ? 'this channel was not told of the incident' : undefined
}

/** The alarms of this incident, or of others of its group, that were for this channel. */
const toldOf = (db: Reader, { id, group_id }: typeof incidents.$inferSelect, channel_id: string) =>
  db
    .select({ status: deliveries.status })
    .from(deliveries)
    .where(
      and(
        group_id
          ? inArray(
              deliveries.incident_id,
              db.select({ id: incidents.id }).from(incidents).where(eq(incidents.group_id, group_id)),
            )
          : eq(deliveries.incident_id, id),
        eq(deliveries.channel_id, channel_id),
        eq(deliveries.event, 'incident.created'),
      ),
    )
    .limit(50)

/** When an incident is over, the "down" that could not be delivered yet will not be either. */
export async function dropUndelivered(db: Writer, { incident_id, channel_id, event }: Delivery): Promise<Delivery[]> {
  if (event !== 'incident.resolved' || !incident_id) return []
  return db
    .update(deliveries)
    .set({ status: 'suppressed', error: 'the incident was over before this could be delivered' })
    .where(
      and(
        eq(deliveries.incident_id, incident_id),
        eq(deliveries.channel_id, channel_id),
        eq(deliveries.event, 'incident.created'),
        eq(deliveries.status, 'pending'),
      ),
    )
    .returning()
}

const named = (channel: Way | undefined, { channel_id }: Delivery) => ({
  channel_id,
  channel_name: channel?.name ?? 'removed channel',
  channel_type: channel?.type ?? '',
})
// Safe: the column holds what `noticeOf` worded.
const titleOf = ({ notice }: Delivery) => String(notice.title ?? '')

type Told = Exclude<Outcome, { status: 'postponed' }>
async function tell(db: Writer, delivery: Delivery, channel: Way | undefined, outcome: Told, at: string) {
  const { incident_id, event, id } = delivery
  if (!incident_id || (outcome.status === 'failed' && outcome.retry_at !== undefined)) return
  const { channel_name, ...who } = named(channel, delivery)
  const kind = outcome.status === 'sent' ? 'delivered' : outcome.status === 'failed' ? 'delivery_failed' : 'suppressed'
  const message = {
    delivered: `Sent to ${channel_name}`,
    delivery_failed: `Could not be sent to ${channel_name}: ${'error' in outcome ? outcome.error : ''}`,
    suppressed: `Not sent to ${channel_name}: ${'error' in outcome ? outcome.error : ''}`,
  }[kind] as string
  const person = delivery.user_id ? { user_id: delivery.user_id, user_name: channel?.person } : {}
  const data = { ...who, ...person, channel_name, event, delivery_id: id, attempt: delivery.attempts }
  await db.insert(incident_timeline).values({ incident_id, kind, message, data, at })
}

async function postpone(db: Writer, { id, attempts }: Delivery, until: number) {
  const back = { status: 'pending' as const, attempts: attempts - 1, lease_until: null, bundle_id: null }
  await db
    .update(deliveries)
    .set({ ...back, next_attempt_at: isoAt(until) })
    .where(eq(deliveries.id, id))
}

/** Writes how an attempt ended: the delivery itself, the log, the incident's timeline and the channel's failure. */
export async function settle(
  db: Writer,
  delivery: Delivery,
  channel: Way | undefined,
  outcome: Outcome,
  now: number,
): Promise<void> {
  if (outcome.status === 'postponed') return postpone(db, delivery, outcome.until)
  const at = isoAt(now)
  const error = outcome.status === 'sent' ? null : outcome.error
  const retry_at = outcome.status === 'failed' ? outcome.retry_at : undefined
  const [kept] = await db
    .update(deliveries)
    .set({
      status: retry_at === undefined ? outcome.status : 'pending',
      lease_until: null,
      error,
      ...(retry_at !== undefined && { bundle_id: null }),
      ...(outcome.status === 'sent' && { sent_at: at }),
      ...(retry_at !== undefined && { next_attempt_at: isoAt(retry_at) }),
    })
    .where(eq(deliveries.id, delivery.id))
    .returning({ id: deliveries.id })
  // The workspace went while the message was on its way: there is nothing left to record it in.
  if (!kept) return
  await db.insert(notification_log).values({
    tenant_id: delivery.tenant_id,
    delivery_id: delivery.id,
    ...named(channel, delivery),
    incident_id: delivery.incident_id,
    user_id: delivery.user_id,
    user_name: channel?.person ?? null,
    event: delivery.event,
    title: titleOf(delivery),
    attempt: delivery.attempts,
    status: outcome.status,
    error,
    answer: outcome.status === 'sent' ? outcome.answer : null,
    duration_ms: outcome.status === 'suppressed' ? null : outcome.duration_ms,
    created_at: at,
  })
  await tell(db, delivery, channel, outcome, at)
  if (outcome.status === 'failed' && outcome.gone) await forgetDevice(db, delivery.channel_id.slice('push:'.length))
  else if (outcome.status === 'failed' && outcome.disable) {
    const failure = { channel_id: delivery.channel_id, error: outcome.error, since: at }
    const [first] = await db.insert(channel_failures).values(failure).onConflictDoNothing().returning()
    const { tenant_id, channel_id: id, user_id } = delivery
    if (first && channel) await postChannelFailing(db, { ...channel, id, tenant_id, user_id }, outcome.error, at)
  }
}
