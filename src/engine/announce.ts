import { and, eq } from 'drizzle-orm'
import type { NoticeEvent } from '#contract/events'
import type { Writer } from '#db/client'
import { channel_failures, deliveries, incident_timeline } from '#db/schema/engine'
import { monitors } from '#db/schema/monitors'
import { notification_channels } from '#db/schema/notification-channels'
import type { Incident } from '#engine/incidents'
import { baseUrl, noticeOf, type Subject } from '#engine/notice'
import { route } from '#engine/route'
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

/** One message per event and channel, whatever is repeated; reminders are events of their own. */
export const dedupKey = (incident_id: string, event: string, channel_id: string, reminder?: string) =>
  [incident_id, event, ...(reminder ? [reminder] : []), channel_id].join(':')

async function subjectOf(db: Writer, { monitor_id, tenant_id }: Incident): Promise<Subject | undefined> {
  if (!monitor_id) return undefined
  const [row] = await db
    .select()
    .from(monitors)
    .where(and(eq(monitors.id, monitor_id), eq(monitors.tenant_id, tenant_id)))
  if (!row) return undefined
  const { id, name, type, runbook_url, description } = row
  return { id, name, type, target: targetOf(row), runbook_url, description }
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

/** Queues the message for every channel that wants it, in the caller's transaction; said twice it is queued once. */
export async function announce(app: Omit<App, 'engine'>, db: Writer, what: Announcement): Promise<void> {
  const { event, incident, reminder } = what
  const found = await db
    .select({ channel: notification_channels, failure: channel_failures.error })
    .from(notification_channels)
    .leftJoin(channel_failures, eq(channel_failures.channel_id, notification_channels.id))
    .where(and(eq(notification_channels.tenant_id, incident.tenant_id), eq(notification_channels.enabled, true)))
    .orderBy(notification_channels.created_at)
  if (found.length === 0) return
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
  const rows = send.map((channel) => {
    const id = Bun.randomUUIDv7()
    return {
      id,
      tenant_id: incident.tenant_id,
      channel_id: channel.id,
      incident_id: incident.id,
      event,
      dedup_key: dedupKey(incident.id, event, channel.id, reminder),
      status: 'pending' as const,
      next_attempt_at: new Date(now).toISOString(),
      give_up_at: new Date(now + GIVE_UP_MS).toISOString(),
      notice: { ...worded, delivery_id: id },
      created_at: new Date(now).toISOString(),
    }
  })
  if (rows.length > 0) await db.insert(deliveries).values(rows).onConflictDoNothing({ target: deliveries.dedup_key })
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
}
