import { and, count, eq, gt, inArray, isNull, lte, notExists, or, type SQL, sql } from 'drizzle-orm'
import { type FeedType, feedTypes } from '#contract/oncall'
import type { Reader, Writer } from '#db/client'
import { envelope, type Page } from '#db/query'
import { feed_events } from '#db/schema/alerts'
import { feed_cursors, feed_reads } from '#db/schema/notification-prefs'
import { byNewest, newestSeq } from '#engine/feed'
import { prefsOf } from '#engine/prefs'
import { wants } from '#oncall/prefs'

/** Whose inbox: one member of one workspace. */
export type Owner = { tenant_id: string; user_id: string }
type Inbox = Owner & { types: FeedType[]; read_until: number }

/** More than anybody counts. */
export const MOST_UNREAD = 1_000
/** An inbox that nobody has opened in months must not cost a look at all of it. */
const MOST_LOOKED_AT = 5_000

async function open(db: Reader | Writer, owner: Owner): Promise<Inbox> {
  const { tenant_id, user_id } = owner
  const prefs = await prefsOf(db, owner)
  const [cursor] = await db
    .select({ read_until: feed_cursors.read_until })
    .from(feed_cursors)
    .where(and(eq(feed_cursors.tenant_id, tenant_id), eq(feed_cursors.user_id, user_id)))
  const types = feedTypes.filter((type) => wants(prefs, type, 'feed'))
  return { ...owner, types, read_until: cursor?.read_until ?? 0 }
}

const shownTo = ({ tenant_id, user_id, types }: Inbox) =>
  and(
    eq(feed_events.tenant_id, tenant_id),
    or(isNull(feed_events.user_id), eq(feed_events.user_id, user_id)),
    inArray(feed_events.type, types),
  )
const marked = (db: Reader | Writer, { user_id }: Owner, seq: SQL | typeof feed_events.seq) =>
  db
    .select({ one: sql`1` })
    .from(feed_reads)
    .where(and(eq(feed_reads.user_id, user_id), eq(feed_reads.seq, seq)))
/** Beyond `after`, and not read one by one. */
const unreadIn = (db: Reader | Writer, inbox: Inbox, after = inbox.read_until) =>
  and(shownTo(inbox), gt(feed_events.seq, after), notExists(marked(db, inbox, feed_events.seq)))

async function counted(db: Reader | Writer, inbox: Inbox): Promise<number> {
  const { tenant_id, read_until, user_id, types } = inbox
  const latest = db
    .select({ seq: feed_events.seq, type: feed_events.type, user_id: feed_events.user_id })
    .from(feed_events)
    .where(and(eq(feed_events.tenant_id, tenant_id), gt(feed_events.seq, read_until)))
    .orderBy(byNewest)
    .limit(MOST_LOOKED_AT)
    .as('latest')
  const unread = db
    .select({ seq: latest.seq })
    .from(latest)
    .where(
      and(
        or(isNull(latest.user_id), eq(latest.user_id, user_id)),
        inArray(latest.type, types),
        notExists(marked(db, inbox, sql`${latest.seq}`)),
      ),
    )
    .limit(MOST_UNREAD)
    .as('unread')
  const [row] = await db.select({ total: count() }).from(unread)
  return row?.total ?? 0
}

/** How much waits to be read, 1,000 at most. */
export const unreadCount = async (db: Reader | Writer, owner: Owner) => counted(db, await open(db, owner))

const columns = {
  id: feed_events.id,
  type: feed_events.type,
  title: feed_events.title,
  body: feed_events.body,
  path: feed_events.path,
  data: feed_events.data,
  at: feed_events.at,
}

/** One page, newest first. */
export async function listFeed(db: Reader, owner: Owner, page: Page, unread: boolean) {
  const inbox = await open(db, owner)
  const where = unread ? unreadIn(db, inbox) : shownTo(inbox)
  const read = sql<number>`${feed_events.seq} <= ${inbox.read_until} or exists ${marked(db, inbox, feed_events.seq)}`
  const items = await db
    .select({ ...columns, read: read.mapWith(Boolean) })
    .from(feed_events)
    .where(where)
    .orderBy(byNewest)
    .limit(page.per_page)
    .offset((page.page - 1) * page.per_page)
  const total = await db.$count(feed_events, where)
  return { ...envelope(items, total, page), unread_count: await counted(db, inbox) }
}

async function moveTo(db: Writer, { tenant_id, user_id, read_until }: Inbox, until: number) {
  if (until <= read_until) return
  await db
    .insert(feed_cursors)
    .values({ tenant_id, user_id, read_until: until })
    .onConflictDoUpdate({ target: [feed_cursors.tenant_id, feed_cursors.user_id], set: { read_until: until } })
  // Only of this workspace: elsewhere the same person has read other things.
  const behind = db
    .select({ seq: feed_events.seq })
    .from(feed_events)
    .where(and(eq(feed_events.tenant_id, tenant_id), gt(feed_events.seq, read_until), lte(feed_events.seq, until)))
  await db.delete(feed_reads).where(and(eq(feed_reads.user_id, user_id), inArray(feed_reads.seq, behind)))
}

/** Marks one as read; answers whether there is such a one for this person, and how much is left. */
export async function readOne(db: Writer, owner: Owner, id: string): Promise<number | undefined> {
  const inbox = await open(db, owner)
  const theirs = or(isNull(feed_events.user_id), eq(feed_events.user_id, owner.user_id))
  const [event] = await db
    .select({ seq: feed_events.seq })
    .from(feed_events)
    .where(and(eq(feed_events.id, id), eq(feed_events.tenant_id, owner.tenant_id), theirs))
  if (!event) return undefined
  if (event.seq > inbox.read_until) {
    await db.insert(feed_reads).values({ user_id: owner.user_id, seq: event.seq }).onConflictDoNothing()
    const [first] = await db
      .select({ seq: feed_events.seq })
      .from(feed_events)
      .where(unreadIn(db, inbox))
      .orderBy(feed_events.seq)
      .limit(1)
    await moveTo(db, inbox, first ? first.seq - 1 : await newestSeq(db))
  }
  return unreadCount(db, owner)
}

/** Everything there is has been read. */
export async function readAll(db: Writer, owner: Owner): Promise<void> {
  await moveTo(db, await open(db, owner), await newestSeq(db))
}

/** What waits to be read and came after `since`: the newest, and how many there are. */
export async function unreadSince(db: Writer, owner: Owner, since: number, most: number) {
  const inbox = await open(db, owner)
  const where = unreadIn(db, inbox, Math.max(since, inbox.read_until))
  const newest = await db.select(columns).from(feed_events).where(where).orderBy(byNewest).limit(most)
  return { newest, total: newest.length < most ? newest.length : await db.$count(feed_events, where) }
}
