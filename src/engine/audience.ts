import { and, eq, inArray, isNotNull, or, sql } from 'drizzle-orm'
import type { NoticeEvent } from '#contract/events'
import type { FeedType } from '#contract/oncall'
import type { Writer } from '#db/client'
import { alerts } from '#db/schema/alerts'
import { deliveries, incidents } from '#db/schema/engine'
import { channelsOf, type Destination, toChannel } from '#engine/announce'
import type { Incident } from '#engine/incidents'
import { peopleOf } from '#engine/people'
import { wants } from '#oncall/prefs'

type PersonalEvent = 'incident.acknowledged' | 'incident.resolved' | 'incident.updated'
/** What a person's preferences call it. */
const wishes: Record<PersonalEvent, FeedType> = {
  'incident.acknowledged': 'incident_acked',
  'incident.resolved': 'incident_resolved',
  'incident.updated': 'incident_opened',
}
export const kindOf = (contact: string, type: string) =>
  contact.startsWith('push:') ? 'push' : contact.startsWith('user:') || type === 'email' ? 'email' : 'other'

/**
 * Who hears how it goes on: whoever was told that it began, or that another of its group did, and the channels it was routed
 * to. Nobody else: a "recovered" without a "down" says nothing.
 */
export async function audienceOf(
  db: Writer,
  incident: Incident,
  event: Extract<NoticeEvent, `incident.${string}`>,
  now: number,
): Promise<Destination[]> {
  const about = incident.group_id
    ? or(eq(incidents.group_id, incident.group_id), eq(incidents.id, incident.id))
    : eq(incidents.id, incident.id)
  const members = db.select({ id: incidents.id }).from(incidents).where(about)
  const told = await db
    .selectDistinct({ id: deliveries.channel_id, user_id: deliveries.user_id })
    .from(deliveries)
    .where(
      and(
        inArray(deliveries.incident_id, members),
        eq(deliveries.event, 'incident.created'),
        sql`${deliveries.status} <> 'suppressed'`,
      ),
    )
  const routed = await db
    .select({ ids: alerts.channel_ids })
    .from(alerts)
    .where(and(inArray(alerts.incident_id, members), isNotNull(alerts.channel_ids)))
  const ids = new Set([...told.map(({ id }) => id), ...routed.flatMap(({ ids }) => ids)])
  if (ids.size === 0) return []
  const channels = (await channelsOf(db, incident.tenant_id))
    .filter(({ row }) => ids.has(row.id) && row.events.includes(event))
    .map((channel) => toChannel(channel, now))
  const personal = told.flatMap(({ id, user_id }) => (user_id ? [{ id, user_id }] : []))
  if (personal.length === 0 || !(event in wishes)) return channels
  const wish = wishes[event as PersonalEvent]
  const people = await peopleOf(db, incident.tenant_id, [...new Set(personal.map(({ user_id }) => user_id))])
  return [
    ...channels,
    ...personal.flatMap(({ id, user_id }): Destination[] => {
      const person = people.get(user_id)
      const contact = person?.contacts.find((one) => one.id === (id === `user:${user_id}` ? 'email' : id))
      if (!person || !contact || !wants(person.prefs, wish, contact.kind)) return []
      return [{ id, name: `${person.name}, ${contact.name}`, user_id }]
    }),
  ]
}
