import { and, eq, isNull } from 'drizzle-orm'
import { channelOf } from '#channels/index'
import type { NoticeEvent } from '#contract/events'
import type { Writer } from '#db/client'
import { channel_failures, deliveries, incident_timeline } from '#db/schema/engine'
import { notification_channels } from '#db/schema/notification-channels'
import { actionsOf } from '#engine/actions'
import { type ChannelRow, type Delivery, dedupKey, LEASE_MS } from '#engine/delivery-row'
import { occupied } from '#engine/delivery-rows'
import type { Incident } from '#engine/incidents'
import { baseUrl, type GroupWords, noticeOf } from '#engine/notice'
import { type Facts, factsOf } from '#engine/subject'
import { reworded } from '#engine/templates'
import { isoAt } from '#kernel/clock'
import type { App } from '#kernel/context'

/** How long a message is worth sending. */
const GIVE_UP_MS = 24 * 3_600_000

/** Where one message goes. */
export type Destination = {
  /** A channel's id, `user:` and a person's, `push:` and a device's. */
  id: string
  name: string
  /** The channel's row, where it is one of the workspace's: then the message can go out at once. */
  channel?: ChannelRow
  /** Why it is left out. */
  held?: string
  user_id?: string
  alert_id?: string
  page_id?: string
  /** When another way is tried, ISO 8601. */
  fallback_at?: string
  /** Tells a repetition from the first message. */
  again?: string
}

export type Announcement = {
  event: NoticeEvent
  incident: Incident
  /** When it happened. */
  at: string
  down_s?: number
  reminder?: boolean
  /** Known already by whoever announces. */
  facts?: Facts
  group?: GroupWords
}

/** A message that nobody has to look for: it can go out as soon as its transaction is committed. */
export type Handed = { delivery: Delivery; channel: ChannelRow }

/** Whether a channel of this type hears of each incident, also of those that people hear of as a part of something else. */
export const hearsEach = (type: string) => channelOf(type)?.each === true

/** The channels of the workspace that are switched on, and what keeps them from working. */
export async function channelsOf(
  db: Writer,
  tenant_id: string,
): Promise<{ row: ChannelRow; failure: string | null }[]> {
  return db
    .select({ row: notification_channels, failure: channel_failures.error })
    .from(notification_channels)
    .leftJoin(channel_failures, eq(channel_failures.channel_id, notification_channels.id))
    .where(
      and(
        eq(notification_channels.tenant_id, tenant_id),
        eq(notification_channels.enabled, true),
        isNull(notification_channels.user_id),
      ),
    )
    .orderBy(notification_channels.created_at)
}

/** A channel of the workspace as a destination: what refused its last message for good, or is muted, is left out. */
export function toChannel({ row, failure }: { row: ChannelRow; failure: string | null }, now: number): Destination {
  const muted = row.muted_until !== null && Date.parse(row.muted_until) > now
  const held =
    failure !== null
      ? `${row.name} has not worked since its last message: ${failure}`
      : muted
        ? `${row.name} is muted until ${row.muted_until?.slice(0, 16).replace('T', ' ')} UTC`
        : undefined
  const fallback_at = row.fallback_id ? isoAt(now + (row.fallback_after_s ?? FALLBACK_S) * 1_000) : undefined
  return { id: row.id, name: row.name, channel: row, held, fallback_at }
}
/** So long a channel has to take an alarm before its stand-in hears of it. */
const FALLBACK_S = 120

const isAlarm = ({ event, reminder }: Announcement) => event === 'incident.created' && !reminder

/**
 * Queues the message for every destination, in the caller's transaction; said twice it is queued once. An alarm for a
 * channel with nothing else to do is claimed at once and answered, for whoever will commit.
 */
export async function announce(
  app: Omit<App, 'engine'>,
  db: Writer,
  what: Announcement,
  to: Destination[],
): Promise<Handed[]> {
  const { event, incident } = what
  if (to.length === 0) return []
  const send = to.filter(({ held }) => held === undefined)
  await noteHeld(app, db, what, to)
  if (send.length === 0) return []
  const facts = what.facts ?? (await factsOf(db, incident))
  const base = baseUrl(app.config)
  const worded = noticeOf({ ...what, monitor: facts.subject, base, reminder: what.reminder ?? false })
  const words = await reworded(db, incident, facts, event, worded, what)
  const alarm = isAlarm(what)
  const source = incident.dedup_key
  const waiting = await occupied(
    db,
    send.map(({ id }) => id),
    source,
  )
  const now = app.clock.now()
  const at = isoAt(now)
  const rows = send.map((destination) => {
    const { id: channel_id, channel, user_id, alert_id, page_id, again, fallback_at } = destination
    const id = Bun.randomUUIDv7()
    const behind = waiting.get(channel_id)
    const at_once = alarm && channel !== undefined && behind === undefined
    const actions = actionsOf(app, what, destination)
    return {
      id,
      tenant_id: incident.tenant_id,
      channel_id,
      incident_id: incident.id,
      user_id,
      alert_id,
      page_id,
      event,
      source,
      priority: priorityOf(alarm, behind ?? undefined),
      dedup_key: dedupKey(incident.id, event, channel_id, again),
      status: at_once ? ('sending' as const) : ('pending' as const),
      ...(at_once && { attempts: 1, lease_until: isoAt(now + LEASE_MS) }),
      next_attempt_at: at,
      give_up_at: isoAt(now + GIVE_UP_MS),
      fallback_at: alarm ? fallback_at : undefined,
      notice: { ...words(channel_id), delivery_id: id, ...(actions.length > 0 && { actions }) },
      created_at: at,
    }
  })
  const queued = await db
    .insert(deliveries)
    .values(rows)
    .onConflictDoNothing({ target: deliveries.dedup_key })
    .returning()
  return queued.flatMap((delivery) => {
    const channel =
      delivery.status === 'sending' ? send.find(({ id }) => id === delivery.channel_id)?.channel : undefined
    return channel ? [{ delivery, channel }] : []
  })
}

/**
 * The first alarm of something goes before the further ones of a noisy neighbour, and news after alarms; but nothing
 * overtakes what is waiting about the same thing, or a recovery would come before its alarm.
 */
const priorityOf = (alarm: boolean, behind = 0): number => Math.max(alarm ? (behind === 0 ? 1 : 2) : 3, behind)

async function noteHeld(app: Omit<App, 'engine'>, db: Writer, { incident, event }: Announcement, to: Destination[]) {
  const held = to.filter(({ held }) => held !== undefined)
  if (held.length === 0) return
  const at = isoAt(app.clock.now())
  await db.insert(incident_timeline).values(
    held.map(({ id, name, user_id, held: why }) => ({
      incident_id: incident.id,
      kind: 'suppressed' as const,
      message: `Not sent: ${why}`,
      data: { channel_id: id, channel_name: name, event, ...(user_id && { user_id }) },
      at,
    })),
  )
}
