import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { NotificationPrefs } from '#contract/oncall'
import { instant, json } from '#db/columns'
import { users } from '#db/schema/auth'
import { tenants } from '#db/schema/tenants'

/** How one member of a workspace wants to hear of things; without a row the defaults of `#oncall/prefs` count. */
export const notification_prefs = sqliteTable(
  'notification_prefs',
  {
    tenant_id: text()
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    user_id: text()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    prefs: json<NotificationPrefs>().notNull(),
    /** When the next digest is due, if they want one. */
    digest_at: instant(),
    /** The last thing in the inbox that a digest has told of, or that was there before they wanted one. */
    digest_seq: integer().notNull().default(0),
    updated_at: instant().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant_id, t.user_id] }),
    index('notification_prefs_user').on(t.user_id),
    index('notification_prefs_digest').on(t.digest_at).where(sql`digest_at is not null`),
  ],
)

/** How far somebody has read: everything up to `read_until`, and single ones beyond it. */
export const feed_cursors = sqliteTable(
  'feed_cursors',
  {
    tenant_id: text()
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    user_id: text()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    read_until: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenant_id, t.user_id] }), index('feed_cursors_user').on(t.user_id)],
)
export const feed_reads = sqliteTable(
  'feed_reads',
  {
    user_id: text()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    seq: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.user_id, t.seq] })],
)
