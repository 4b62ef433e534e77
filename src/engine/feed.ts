import { and, desc, inArray, lt, max, sql } from 'drizzle-orm'
import type { FeedType } from '#contract/oncall'
import type { Role } from '#contract/permissions'
import type { Reader, Writer } from '#db/client'
import { feed_events } from '#db/schema/alerts'
import { feed_cursors, feed_reads } from '#db/schema/notification-prefs'
import { isoAt } from '#kernel/clock'

/** What happened, in words; a path in the web interface shows the rest. */
export type FeedEvent = {
  tenant_id: string
  type: FeedType
  title: string
  body: string
  path: string
  data: Record<string, unknown>
  /** ISO 8601. */
  at: string
  /** Only for this person. */
  user_id?: string | null
}

const TITLE = 300
const BODY = 2_000
const cut = (text: string, most: number) => (text.length > most ? `${text.slice(0, most - 1).toWellFormed()}…` : text)

/** Puts one event into the inboxes of a workspace, in the caller's transaction: one row, however many read it. */
export const postFeed = (db: Writer, { title, body, ...event }: FeedEvent) =>
  db.insert(feed_events).values({ ...event, id: Bun.randomUUIDv7(), title: cut(title, TITLE), body: cut(body, BODY) })

/** The newest event of all; what comes later has a higher number. */
export async function newestSeq(db: Reader | Writer): Promise<number> {
  const [row] = await db.select({ seq: max(feed_events.seq) }).from(feed_events)
  return row?.seq ?? 0
}

type Newcomer = { tenant_id: string; user: { id: string; name: string }; role: Role; at: string }
/**
 * Somebody became a member: the others hear of it, and what was there before is nothing new to the newcomer. Whoever
 * has just made the workspace is `alone` in it.
 */
export async function welcome(db: Writer, { tenant_id, user, role, at }: Newcomer, alone = false) {
  if (!alone)
    await postFeed(db, {
      ...{ tenant_id, type: 'member_joined', title: `${user.name} joined`, body: `Their role is ${role}.`, at },
      ...{ path: '/settings/members', data: { user_id: user.id, user_name: user.name, role } },
    })
  const read_until = await newestSeq(db)
  await db
    .insert(feed_cursors)
    .values({ tenant_id, user_id: user.id, read_until })
    .onConflictDoUpdate({ target: [feed_cursors.tenant_id, feed_cursors.user_id], set: { read_until } })
}

type Failing = { id: string; tenant_id: string; name: string; type: string; user_id: string | null }
/** A channel was refused for good: everybody hears of one of the workspace, its owner alone of a way to reach them. */
export const postChannelFailing = (db: Writer, channel: Failing, error: string, at: string) =>
  postFeed(db, {
    tenant_id: channel.tenant_id,
    type: 'channel_failing',
    title: `${channel.name} does not take messages any more`,
    body: `${error} Nothing is sent there until it is changed or a test succeeds.`,
    path: channel.user_id ? '/settings/notifications' : `/channels/${channel.id}`,
    data: { channel_id: channel.id, channel_name: channel.name, channel_type: channel.type },
    user_id: channel.user_id,
    at,
  })

const KEPT_MS = 90 * 86_400_000
const AT_ONCE = 2_000

/** Takes away what is older than 90 days, oldest first and only so much at once; answers whether there may be more. */
export async function pruneFeed(db: Writer, now: number): Promise<boolean> {
  const oldest = db.select({ seq: feed_events.seq }).from(feed_events).orderBy(feed_events.seq).limit(AT_ONCE)
  const gone = await db
    .delete(feed_events)
    .where(and(inArray(feed_events.seq, oldest), lt(feed_events.at, isoAt(now - KEPT_MS))))
    .returning({ seq: feed_events.seq })
  // Numbers are given out once, so marks below the first one there is belong to nothing.
  if (gone.length > 0)
    await db
      .delete(feed_reads)
      .where(lt(feed_reads.seq, sql`coalesce((select min(seq) from ${feed_events}), 9007199254740991)`))
  return gone.length === AT_ONCE
}

/** Newest first. */
export const byNewest = desc(feed_events.seq)
