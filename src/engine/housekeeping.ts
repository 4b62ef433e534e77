import { and, eq, gte, inArray, isNull, lt, sql } from 'drizzle-orm'
import type { Writer } from '#db/client'
import { channel_failures, deliveries, incidents, notification_log } from '#db/schema/engine'
import { heartbeats } from '#db/schema/heartbeats'
import { monitors } from '#db/schema/monitors'
import { push_tokens } from '#db/schema/push-tokens'
import { announce } from '#engine/announce'
import { audienceOf } from '#engine/audience'
import { closeFor } from '#engine/incidents'
import { isoAt } from '#kernel/clock'
import type { App } from '#kernel/context'

/** Says "still down" for incidents nobody has acknowledged, as often as their monitor or heartbeat asks. Answers whether it did. */
export async function remind(
  app: Omit<App, 'engine'>,
  rests: (incident: typeof incidents.$inferSelect) => unknown,
): Promise<boolean> {
  const now = app.clock.now()
  const last = sql`coalesce(${incidents.reminded_at}, ${incidents.created_at})`
  const due = and(
    // The first term is what the index of open incidents knows.
    sql`${incidents.status} <> 'resolved'`,
    eq(incidents.status, 'open'),
    inArray(incidents.source_type, ['monitor', 'heartbeat']),
    isNull(incidents.held),
    isNull(incidents.snoozed_until),
    sql`${last} + coalesce(${monitors.reminder_interval_s}, ${heartbeats.reminder_interval_s}) * 1000 <= ${now}`,
  )
  const found = await app.db.read
    .select({ incident: incidents })
    .from(incidents)
    .leftJoin(monitors, eq(monitors.id, incidents.monitor_id))
    .leftJoin(heartbeats, eq(heartbeats.id, incidents.heartbeat_id))
    .where(due)
  const waking = found.filter(({ incident }) => !rests(incident))
  for (const {
    incident: { id },
  } of waking)
    await app.db.tx(async (db) => {
      const at = isoAt(now)
      const [incident] = await db
        .update(incidents)
        .set({ reminded_at: at })
        .where(and(eq(incidents.id, id), eq(incidents.status, 'open')))
        .returning()
      // Those whom a policy calls hear by its steps; a reminder is for the channels.
      const to = incident ? (await audienceOf(db, incident, 'incident.created', now)).filter((one) => !one.user_id) : []
      const again = to.map((one) => ({ ...one, again: at }))
      if (incident) await announce(app, db, { event: 'incident.created', incident, at, reminder: true }, again)
    })
  return waking.length > 0
}

const DRILL_MS = 3_600_000
/** A fire drill that nobody ended. */
export async function endDrills(app: Omit<App, 'engine'>): Promise<void> {
  const now = app.clock.now()
  const over = and(
    sql`${incidents.status} <> 'resolved'`,
    eq(incidents.source_type, 'drill'),
    lt(incidents.opened_at, isoAt(now - DRILL_MS)),
  )
  const found = await app.db.read
    .select({ tenant_id: incidents.tenant_id, dedup_key: incidents.dedup_key })
    .from(incidents)
    .where(over)
  for (const drill of found)
    await app.db.tx((db) => closeFor(db, { ...drill, message: 'The fire drill is over', at: isoAt(now) }))
}

/** What was sent, and the log of it, after so many days. */
const KEPT_DAYS = 90

export async function prune(db: Writer, now: number): Promise<void> {
  const before = isoAt(now - KEPT_DAYS * 86_400_000)
  await db
    .delete(deliveries)
    .where(and(inArray(deliveries.status, ['sent', 'failed', 'suppressed']), lt(deliveries.created_at, before)))
  await db.delete(notification_log).where(lt(notification_log.created_at, before))
}

/** What is stored of the mail to somebody's account; the channel ids of a kind lie side by side. */
const ofAccounts = and(gte(channel_failures.channel_id, 'user:'), lt(channel_failures.channel_id, 'user;'))
const ofDevices = and(gte(channel_failures.channel_id, 'push:'), lt(channel_failures.channel_id, 'push;'))
const FORGIVEN_MS = 3_600_000

/**
 * The mail to an account goes by the operator's server, which nobody mends in Xinex: that it has failed is believed for an
 * hour, then it is tried again. `all`: at a start, which may have brought another mail server.
 */
export async function forgive(db: Writer, now: number, all = false): Promise<void> {
  const long_ago = all ? undefined : lt(channel_failures.since, isoAt(now - FORGIVEN_MS))
  await db.delete(channel_failures).where(and(ofAccounts, long_ago))
  const known = sql`exists (select 1 from ${push_tokens} where ${push_tokens.id} = substr(${channel_failures.channel_id}, 6))`
  await db.delete(channel_failures).where(and(ofDevices, sql`not ${known}`))
}
