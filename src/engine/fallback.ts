import { and, eq, inArray } from 'drizzle-orm'
import type { Writer } from '#db/client'
import { pages } from '#db/schema/alerts'
import { deliveries, incidents } from '#db/schema/engine'
import { notification_channels } from '#db/schema/notification-channels'
import { noteOn } from '#engine/alerts'
import { announce, channelsOf, type Handed, toChannel } from '#engine/announce'
import { nextOf } from '#engine/call'
import type { Delivery } from '#engine/delivery-row'
import { isoAt } from '#kernel/clock'
import type { App } from '#kernel/context'

/** An alarm that its channel has not taken in time, or never will: the channel's stand-in hears of it as well. */
export async function standIn(app: Omit<App, 'engine'>, db: Writer, id: string): Promise<Handed[]> {
  const [late] = await db.update(deliveries).set({ fallback_at: null }).where(eq(deliveries.id, id)).returning()
  if (!late?.incident_id || !['pending', 'sending', 'failed'].includes(late.status)) return []
  const [incident] = await db.select().from(incidents).where(eq(incidents.id, late.incident_id))
  if (incident?.status !== 'open') return []
  const [channel] = await db
    .select()
    .from(notification_channels)
    .where(and(eq(notification_channels.id, late.channel_id), eq(notification_channels.tenant_id, late.tenant_id)))
  const now = app.clock.now()
  const other = (await channelsOf(db, late.tenant_id)).find(({ row }) => row.id === channel?.fallback_id)
  if (!channel || !other) return []
  const message = `${channel.name} has not taken the alarm: ${other.row.name} is told instead`
  await noteOn(db, incident.id, 'escalated', message, now, { channel_id: channel.id, fallback_id: other.row.id })
  // What stands in has no stand-in of its own: two that name each other would go on for ever.
  const to = {
    ...toChannel(other, now),
    fallback_at: undefined,
    alert_id: late.alert_id ?? undefined,
    again: `for.${late.id}`,
  }
  return announce(app, db, { event: 'incident.created', incident, at: String(late.notice.at) }, [to])
}

/** A way to a person has failed for good: the next one of their plan is taken at once. */
export async function hurry(db: Writer, { page_id }: Delivery, now: number): Promise<boolean> {
  if (!page_id) return false
  const [page] = await db
    .select()
    .from(pages)
    .where(and(eq(pages.id, page_id), inArray(pages.status, ['active'])))
  const next = page && nextOf(page.plan)
  if (!page || !next || Date.parse(next) <= now) return false
  const plan = page.plan.map((way) => (way.at === next ? { ...way, at: isoAt(now) } : way))
  await db
    .update(pages)
    .set({ plan, next_at: isoAt(now) })
    .where(eq(pages.id, page.id))
  return true
}
