import { and, asc, desc, eq, gt, isNull, lte, ne, or, sql } from 'drizzle-orm'
import type { Channel, Notice } from '#channels/define'
import type { Reader } from '#db/client'
import { deliveries, incidents } from '#db/schema/engine'
import { CUT_OFF, type Delivery, LEASE_MS, type Way } from '#engine/delivery-row'
import { baseUrl } from '#engine/notice'
import { isoAt } from '#kernel/clock'
import type { App } from '#kernel/context'
import { moment } from '#kernel/words'

export type Others = { deliveries: Delivery[]; notice: Notice }

/** More than this is told as a number. */
const NAMED = 10
const MOST = 500

/** When this destination may hear the next alarm, or nothing when it may now: the provider's and the people's limits. */
export async function limitedUntil(
  db: Reader,
  { channel_id, priority }: Delivery,
  limits: NonNullable<Channel['limits']>,
  now: number,
): Promise<number | undefined> {
  // Somebody waits in front of a screen for a test or a code.
  if (limits.length === 0 || priority === 0) return undefined
  let until: number | undefined
  for (const { count, seconds } of limits) {
    const rows = await db
      .select({ at: deliveries.sent_at })
      .from(deliveries)
      .where(
        and(
          eq(deliveries.channel_id, channel_id),
          gt(deliveries.sent_at, isoAt(now - seconds * 1_000)),
          isNull(deliveries.bundle_id),
        ),
      )
      .orderBy(desc(deliveries.sent_at))
      .limit(count)
    const oldest = rows.length === count ? rows.at(-1)?.at : undefined
    if (oldest) until = Math.max(until ?? 0, Date.parse(oldest) + seconds * 1_000)
  }
  return until !== undefined && until > now ? until : undefined
}

/**
 * Alarms that wait for the same person or room as this one: claimed, and put into one message. Those that are over by now
 * are named as such, for nobody will hear of them otherwise. One that may have arrived already comes again as it was, alone
 * or with the same others: whoever drops what has the same id a second time would lose what was added to it.
 */
export async function bundleOf(app: Omit<App, 'engine'>, lead: Delivery, channel: Way): Promise<Others | undefined> {
  if (lead.event !== 'incident.created') return undefined
  const now = app.clock.now()
  const theSame =
    lead.error === CUT_OFF
      ? eq(deliveries.bundle_id, lead.id)
      : or(isNull(deliveries.error), ne(deliveries.error, CUT_OFF))
  const waiting = and(
    theSame,
    eq(deliveries.channel_id, lead.channel_id),
    sql`${deliveries.status} = 'pending'`,
    // As in the partial index.
    sql`status in ('pending', 'sending')`,
    eq(deliveries.event, 'incident.created'),
    lte(deliveries.next_attempt_at, isoAt(now)),
    ne(deliveries.id, lead.id),
  )
  const [first] = await app.db.read.select({ id: deliveries.id }).from(deliveries).where(waiting).limit(1)
  if (!first) return undefined
  const taken = await app.db.tx((db) =>
    db
      .update(deliveries)
      .set({
        status: 'sending',
        attempts: sql`${deliveries.attempts} + 1`,
        lease_until: isoAt(now + LEASE_MS),
        bundle_id: lead.id,
      })
      .where(
        sql`${deliveries.id} in ${db
          .select({ id: deliveries.id })
          .from(deliveries)
          .where(waiting)
          .orderBy(asc(deliveries.priority), asc(deliveries.next_attempt_at), asc(deliveries.id))
          .limit(MOST)}`,
      )
      .returning(),
  )
  if (taken.length === 0) return undefined
  const all = [lead, ...taken]
  return { deliveries: taken, notice: worded(app, all, await openOf(app, all), channel) }
}

async function openOf(app: Omit<App, 'engine'>, all: Delivery[]): Promise<Set<string>> {
  const ids = JSON.stringify(all.map(({ incident_id }) => incident_id))
  const rows = await app.db.read
    .select({ id: incidents.id })
    .from(incidents)
    .where(sql`${incidents.id} in (select value from json_each(${ids})) and ${incidents.status} <> 'resolved'`)
  return new Set(rows.map(({ id }) => id))
}

const ranks = ['critical', 'high', 'medium', 'low'] as const

/** What several alarms say as one. */
function worded(app: Omit<App, 'engine'>, all: Delivery[], open: Set<string>, { name }: Way): Notice {
  // Safe: the column holds worded notices.
  const notices = all.map(({ notice }) => notice as unknown as Notice)
  const lead = notices[0]!
  const lines = all.slice(0, NAMED).map(({ incident_id, notice }) => {
    const over = incident_id && !open.has(incident_id) ? ' (over by now)' : ''
    return `• ${String(notice.title)}${over}, since ${moment(String(notice.at))}`
  })
  const more = all.length - lines.length
  return {
    ...lead,
    title: `${all.length} alarms: ${lead.title} and ${all.length - 1} more`,
    body: [...lines, more > 0 && `… and ${more} more`].filter(Boolean).join('\n'),
    url: `${baseUrl(app.config)}/incidents?status=active`,
    severity: ranks.find((rank) => notices.some(({ severity }) => severity === rank)) ?? lead.severity,
    urgent: notices.some(({ urgent }) => urgent),
    subject: undefined,
    actions: [],
    data: { channel: name, alarms: notices.map(({ data }) => data) },
  }
}
