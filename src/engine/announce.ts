import { and, eq, isNull } from 'drizzle-orm'
import type { NoticeEvent } from '#contract/events'
import type { Writer } from '#db/client'
import { channel_failures, deliveries, incident_timeline } from '#db/schema/engine'
import { heartbeats } from '#db/schema/heartbeats'
import { monitors } from '#db/schema/monitors'
import { notification_channels } from '#db/schema/notification-channels'
import { type ChannelRow, type Delivery, dedupKey, LEASE_MS } from '#engine/delivery-row'
import { occupied } from '#engine/delivery-rows'
import type { Incident } from '#engine/incidents'
import { baseUrl, noticeOf, type Subject } from '#engine/notice'
import { route } from '#engine/route'
import { scheduleWords } from '#heartbeats/schedule-words'
import { isoAt } from '#kernel/clock'
import type { App } from '#kernel/context'
import { withDefaults } from '#kernel/form'
import { probeOf } from '#probes/index'

/** How long a message is worth sending. */
const GIVE_UP_MS = 24 * 3_600_000

type Announcement = {
  event: NoticeEvent
  incident: Incident
  /** When it happened. */
  at: string
  down_s?: number
  /** Set for reminders: which one this is. */
  reminder?: string
}

async function subjectOf(db: Writer, incident: Incident): Promise<Subject | undefined> {
  const { monitor_id, heartbeat_id, tenant_id } = incident
  if (heartbeat_id) return heartbeatOf(db, heartbeat_id, tenant_id)
  if (!monitor_id) return undefined
  const [row] = await db
    .select()
    .from(monitors)
    .where(and(eq(monitors.id, monitor_id), eq(monitors.tenant_id, tenant_id)))
  if (!row) return undefined
  const { id, name, type, runbook_url, description } = row
  return { id, name, type, target: targetOf(row), runbook_url, description }
}

async function heartbeatOf(db: Writer, heartbeat_id: string, tenant_id: string): Promise<Subject | undefined> {
  const [row] = await db
    .select()
    .from(heartbeats)
    .where(and(eq(heartbeats.id, heartbeat_id), eq(heartbeats.tenant_id, tenant_id)))
  if (!row) return undefined
  const { id, name, kind, schedule, runbook_url, description } = row
  return {
    id,
    name,
    type: kind === 'ai' ? 'ai_heartbeat' : 'heartbeat',
    target: scheduleWords(schedule),
    runbook_url,
    description,
  }
}

/** What is watched, in a person's words; settings of an older version that this one cannot word must not stop an alarm. */
function targetOf({ type, url, settings }: typeof monitors.$inferSelect): string {
  const probe = probeOf(type)
  if (!probe) return ''
  try {
    // A target never shows a secret, so the sealed settings will do.
    return probe.target({ url, settings: withDefaults(probe.settings, settings) })
  } catch {
    return ''
  }
}

/** A message that nobody has to look for: it can go out as soon as its transaction is committed. */
export type Handed = { delivery: Delivery; channel: ChannelRow }

/**
 * Queues the message for every channel that wants it, in the caller's transaction; said twice it is queued once. An alarm
 * for a channel with nothing else to do is claimed at once and answered, for whoever will commit.
 */
export async function announce(app: Omit<App, 'engine'>, db: Writer, what: Announcement): Promise<Handed[]> {
  const { event, incident, reminder } = what
  const found = await db
    .select({ channel: notification_channels, failure: channel_failures.error })
    .from(notification_channels)
    .leftJoin(channel_failures, eq(channel_failures.channel_id, notification_channels.id))
    .where(
      and(
        eq(notification_channels.tenant_id, incident.tenant_id),
        eq(notification_channels.enabled, true),
        isNull(notification_channels.user_id),
      ),
    )
    .orderBy(notification_channels.created_at)
  if (found.length === 0) return []
  const channels = found.map(({ channel }) => channel)
  const failures = found.flatMap(({ channel: { id }, failure }) => (failure === null ? [] : [[id, failure] as const]))
  const { send, held } = route(event, channels, new Map(failures))
  const worded = noticeOf({
    ...what,
    monitor: await subjectOf(db, incident),
    base: baseUrl(app.config),
    reminder: reminder !== undefined,
  })
  const now = app.clock.now()
  const alarm = event === 'incident.created' && reminder === undefined
  const busy =
    alarm && send.length > 0
      ? await occupied(
          db,
          send.map(({ id }) => id),
        )
      : new Set<string>()
  const rows = send.map((channel) => {
    const id = Bun.randomUUIDv7()
    const at_once = alarm && !busy.has(channel.id)
    return {
      id,
      tenant_id: incident.tenant_id,
      channel_id: channel.id,
      incident_id: incident.id,
      event,
      dedup_key: dedupKey(incident.id, event, channel.id, reminder),
      status: at_once ? ('sending' as const) : ('pending' as const),
      ...(at_once && { attempts: 1, lease_until: isoAt(now + LEASE_MS) }),
      next_attempt_at: new Date(now).toISOString(),
      give_up_at: new Date(now + GIVE_UP_MS).toISOString(),
      notice: { ...worded, delivery_id: id },
      created_at: new Date(now).toISOString(),
    }
  })
  const queued =
    rows.length > 0
      ? await db.insert(deliveries).values(rows).onConflictDoNothing({ target: deliveries.dedup_key }).returning()
      : []
  const told = new Date(now).toISOString()
  if (held.length > 0)
    await db.insert(incident_timeline).values(
      held.map(({ channel, why }) => ({
        incident_id: incident.id,
        kind: 'suppressed' as const,
        message: `Not sent: ${why}`,
        data: { channel_id: channel.id, channel_name: channel.name, event },
        at: told,
      })),
    )
  return queued.flatMap((delivery) => {
    const channel = delivery.status === 'sending' ? send.find(({ id }) => id === delivery.channel_id) : undefined
    return channel ? [{ delivery, channel }] : []
  })
}
