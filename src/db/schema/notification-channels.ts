import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { NoticeEvent } from '#contract/events'
import { id, instant, json } from '#db/columns'
import { users } from '#db/schema/auth'
import { tenants } from '#db/schema/tenants'

/** Secrets inside `settings` are sealed. */
export const notification_channels = sqliteTable(
  'notification_channels',
  {
    id: id(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    type: text().notNull(),
    settings: json<Record<string, unknown>>().notNull(),
    is_default: integer({ mode: 'boolean' }).notNull(),
    enabled: integer({ mode: 'boolean' }).notNull(),
    events: json<NoticeEvent[]>().notNull(),
    /** Set for a way to reach one person; only they see it. */
    user_id: text().references(() => users.id, { onDelete: 'cascade' }),
    /** The channel of the workspace whose settings it completes with its own address. */
    via_id: text(),
    /** When its owner proved that messages arrive. Only verified ways are used for pages. */
    verified_at: instant(),
    code_hash: text(),
    code_expires_at: instant(),
    /** Tries left for the code. */
    code_tries: integer().notNull().default(0),
    /** Silent until then. */
    muted_until: instant(),
    /** What hears of an alarm that this one does not take. */
    fallback_id: text(),
    fallback_after_s: integer(),
    created_at: instant().notNull(),
    updated_at: instant().notNull(),
  },
  (t) => [
    index('notification_channels_tenant').on(t.tenant_id),
    index('notification_channels_user').on(t.user_id).where(sql`user_id is not null`),
  ],
)
