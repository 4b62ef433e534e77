import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { MaintenanceScope } from '#contract/oncall'
import { id, instant, json } from '#db/columns'
import { tenants } from '#db/schema/tenants'

/** Times in which something is worked on: nobody is called for it. */
export const maintenance_windows = sqliteTable(
  'maintenance_windows',
  {
    id: id(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    description: text(),
    scope: json<MaintenanceScope>().notNull(),
    /** Of one that recurs the first day and the time of day. */
    starts_at: instant().notNull(),
    /** Null when it recurs. */
    ends_at: instant(),
    /** RFC 5545, without its beginning: that is `starts_at` on the clock of `timezone`. */
    rrule: text(),
    duration_s: integer(),
    timezone: text(),
    notify_subscribers: integer({ mode: 'boolean' }).notNull(),
    /** The occurrence that lasts now. */
    active_from: instant(),
    active_until: instant(),
    next_from: instant(),
    next_until: instant(),
    /** When it begins or ends next. */
    next_at: instant(),
    created_at: instant().notNull(),
    updated_at: instant().notNull(),
  },
  (t) => [
    index('maintenance_windows_tenant').on(t.tenant_id, t.created_at),
    index('maintenance_windows_due').on(t.next_at).where(sql`next_at is not null`),
  ],
)
