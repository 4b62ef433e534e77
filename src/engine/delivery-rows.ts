import { and, asc, eq, inArray, lt, or, type SQL, sql } from 'drizzle-orm'
import type { Reader, Writer } from '#db/client'
import { channel_failures, deliveries, incident_timeline, incidents, notification_log } from '#db/schema/engine'
import { notification_channels } from '#db/schema/notification-channels'
import { type ChannelRow, type Delivery, dedupKey, LEASE_MS } from '#engine/delivery-row'
import { isoAt } from '#kernel/clock'

/** How one attempt ended; `retry_at` keeps it alive. */
export type Outcome =
  | { status: 'sent'; answer: string | null; duration_ms: number }
  | { status: 'failed'; error: string; duration_ms: number; retry_at?: number; disable?: boolean }
  | { status: 'suppressed'; error: string }

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
    order by next_attempt_at, id limit 1))`

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
/** Which of these channels have messages under way or waiting: what is new has to stand behind those. */
export async function occupied(db: Writer, channels: string[]): Promise<Set<string>> {
  const rows = await db.all<{ id: string }>(sql`select c.value as id from json_each(${JSON.stringify(channels)}) c
    where exists (select 1 from deliveries where ${waiting} and channel_id = c.value)`)
  return new Set(rows.map(({ id }) => id))
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

/** Nobody knows whether this message arrived, so it is sent once more whatever has happened since, and so is what follows it. */
const CUT_OFF = 'cut off while it was being sent'

/**
 * At the start nobody else can be sending: what was being sent when the process ended is due at once, in its old place
 * before the messages that were queued after it.
 */
export const takeOver = (db: Writer) =>
  db
    .update(deliveries)
    .set({ status: 'pending', lease_until: null, error: CUT_OFF })
    .where(eq(deliveries.status, 'sending'))

/** When the next message is due or a lease ends, in milliseconds. */
export async function nextDue(db: Reader, busy: string[]): Promise<number | undefined> {
  const next = sql<number | null>`(select min(next_attempt_at) from deliveries
    where ${waiting} and channel_id = c.id and status = 'pending')`
  const lease = sql<number | null>`(select min(lease_until) + 1 from deliveries
    where ${waiting} and channel_id = c.id and status = 'sending')`
  const rows = await db
    .select({ next: next.as('next'), lease: lease.as('lease') })
    .from(sql`(with recursive ${channelsWaiting} select id from c) c`)
    .where(notIn(busy))
  const times = rows.flatMap(({ next, lease }) => [next, lease]).filter((at): at is number => at !== null)
  return times.length > 0 ? Math.min(...times) : undefined
}

export async function channelOfDelivery(
  db: Reader,
  { channel_id, tenant_id }: Delivery,
): Promise<ChannelRow | undefined> {
  const [row] = await db
    .select()
    .from(notification_channels)
    .where(and(eq(notification_channels.id, channel_id), eq(notification_channels.tenant_id, tenant_id)))
  return row
}

/** Whether a person changed the channel since it was read. */
export async function isEdited(db: Writer, { id, updated_at }: ChannelRow): Promise<boolean> {
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
export async function obsolete(
  db: Reader,
  delivery: Delivery,
  channel: ChannelRow,
  now: number,
): Promise<string | undefined> {
  const { incident_id, event, attempts, notice, error } = delivery
  if (!incident_id) return undefined
  const late = attempts > 1 || now - Date.parse(String(notice.at)) > LATE_MS
  const isReminder = delivery.dedup_key !== dedupKey(incident_id, event, delivery.channel_id)
  // The alarm itself, at its first try, is true whatever has happened since; nothing more is asked before it goes out.
  if (event === 'incident.created' && !isReminder && !late) return undefined
  const [incident] = await db.select().from(incidents).where(eq(incidents.id, incident_id))
  if (!incident) return 'the incident is gone'
  if (event === 'incident.created') {
    if (isReminder && incident.status !== 'open') return 'somebody takes care of the incident already'
    const over = late && error !== CUT_OFF && incident.status === 'resolved'
    return over ? 'the incident was over before this could be delivered' : undefined
  }
  if (event === 'incident.acknowledged' && incident.status === 'resolved' && attempts > 1) return 'the incident is over'
  const [down] = await db
    .select({ status: deliveries.status })
    .from(deliveries)
    .where(eq(deliveries.dedup_key, dedupKey(incident_id, 'incident.created', delivery.channel_id)))
  if (down) return down.status === 'sent' ? undefined : 'this channel never got the message that it was down'
  // No such message was queued: right when the channel does not want them, else it did not hear of the incident.
  return channel.events.includes('incident.created') ? 'this channel was not told of the incident' : undefined
}

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

const named = (channel: ChannelRow | undefined, { channel_id }: Delivery) => ({
  channel_id,
  channel_name: channel?.name ?? 'removed channel',
  channel_type: channel?.type ?? '',
})
// Safe: the column holds what `noticeOf` worded.
const titleOf = ({ notice }: Delivery) => String(notice.title ?? '')

async function tell(db: Writer, delivery: Delivery, channel: ChannelRow | undefined, outcome: Outcome, at: string) {
  const { incident_id, event, id } = delivery
  if (!incident_id || (outcome.status === 'failed' && outcome.retry_at !== undefined)) return
  const { channel_name, ...who } = named(channel, delivery)
  const kind = outcome.status === 'sent' ? 'delivered' : outcome.status === 'failed' ? 'delivery_failed' : 'suppressed'
  const message = {
    delivered: `Sent to ${channel_name}`,
    delivery_failed: `Could not be sent to ${channel_name}: ${'error' in outcome ? outcome.error : ''}`,
    suppressed: `Not sent to ${channel_name}: ${'error' in outcome ? outcome.error : ''}`,
  }[kind] as string
  const data = { ...who, channel_name, event, delivery_id: id, attempt: delivery.attempts }
  await db.insert(incident_timeline).values({ incident_id, kind, message, data, at })
}

/** Writes how an attempt ended: the delivery itself, the log, the incident's timeline and the channel's failure. */
export async function settle(
  db: Writer,
  delivery: Delivery,
  channel: ChannelRow | undefined,
  outcome: Outcome,
  now: number,
): Promise<void> {
  const at = isoAt(now)
  const error = outcome.status === 'sent' ? null : outcome.error
  const retry_at = outcome.status === 'failed' ? outcome.retry_at : undefined
  const [kept] = await db
    .update(deliveries)
    .set({
      status: retry_at === undefined ? outcome.status : 'pending',
      lease_until: null,
      error,
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
  if (outcome.status === 'failed' && outcome.disable)
    await db
      .insert(channel_failures)
      .values({ channel_id: delivery.channel_id, error: outcome.error, since: at })
      .onConflictDoNothing()
}
