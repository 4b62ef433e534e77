import { and, asc, eq, lte } from 'drizzle-orm'
import type { Writer } from '#db/client'
import { notification_prefs } from '#db/schema/notification-prefs'
import { memberships, tenants } from '#db/schema/tenants'
import { nextDigest } from '#engine/digest-time'
import { newestSeq } from '#engine/feed'
import { unreadSince } from '#engine/inbox'
import { baseUrl } from '#engine/notice'
import { isoAt } from '#kernel/clock'
import type { App } from '#kernel/context'
import { isZone } from '#kernel/days'
import { wallAt } from '#kernel/wall'

/** One letter to one person; queued in the transaction that plans the next one. */
export type DigestLetter = { tenant_id: string; user_id: string; title: string; body: string; url: string; at: string }
type Parts = { app: Omit<App, 'engine'>; send: (db: Writer, letter: DigestLetter) => Promise<unknown> }
type Row = typeof notification_prefs.$inferSelect

const AT_ONCE = 100
const MOST_LINES = 20

const due = (app: Parts['app'], now: number) =>
  app.db.read
    .select()
    .from(notification_prefs)
    .where(lte(notification_prefs.digest_at, isoAt(now)))
    .orderBy(asc(notification_prefs.digest_at))
    .limit(AT_ONCE)

/** "2026-01-31 09:30", as the clock of the reader shows it. */
const clockOf = (timezone: string, at: string) =>
  isoAt(wallAt(isZone(timezone) ? timezone : 'UTC', Date.parse(at)))
    .slice(0, 16)
    .replace('T', ' ')

/**
 * Once a day a letter with what somebody has not read. Of each that is due:
 *  1. its time is moved on, unless somebody else did or it was changed meanwhile;
 *  2. what is unread since the last one is collected; nothing unread, no letter;
 *  3. the letter is queued.
 * All three are one transaction: stopped before its end, it is due again; after it, never for this day.
 */
export function createDigests({ app, send }: Parts) {
  async function take(db: Writer, row: Row, now: number): Promise<void> {
    const { tenant_id, user_id, digest_at, digest_seq, prefs } = row
    if (digest_at === null) return
    const { digest } = prefs
    // A zone that this runtime does not know any more must not hold up the others.
    const next = digest.enabled && isZone(digest.timezone) ? nextDigest(digest, now) : null
    const same = and(
      eq(notification_prefs.tenant_id, tenant_id),
      eq(notification_prefs.user_id, user_id),
      eq(notification_prefs.digest_at, digest_at),
    )
    const set = { digest_at: next === null ? null : isoAt(next), digest_seq: await newestSeq(db) }
    const [moved] = await db.update(notification_prefs).set(set).where(same).returning()
    if (!moved) return
    const member = and(eq(memberships.tenant_id, tenant_id), eq(memberships.user_id, user_id))
    const [home] = await db
      .select({ name: tenants.name })
      .from(memberships)
      .innerJoin(tenants, eq(tenants.id, memberships.tenant_id))
      .where(member)
    const { newest, total } = await unreadSince(db, row, digest_seq, MOST_LINES)
    if (!home || total === 0) return
    const lines = newest.map(({ at, title }) => `${clockOf(digest.timezone, at)}  ${title}`)
    if (total > lines.length) lines.push(`and ${total - lines.length} more`)
    await send(db, {
      ...{ tenant_id, user_id, body: lines.join('\n'), url: `${baseUrl(app.config)}/notifications`, at: isoAt(now) },
      title: `${home.name}: ${total} unread ${total === 1 ? 'notification' : 'notifications'}`,
    })
  }

  return {
    /** Sends those that are due; to be called again and again, it costs a look at an index. Answers how many there were. */
    async run(): Promise<number> {
      const now = app.clock.now()
      const rows = await due(app, now)
      for (const row of rows)
        try {
          await app.db.tx((db) => take(db, row, now))
        } catch (error) {
          app.log.error('A digest could not be made', { error: error as Error, user: row.user_id })
        }
      return rows.length
    },
  }
}
export type Digests = ReturnType<typeof createDigests>
