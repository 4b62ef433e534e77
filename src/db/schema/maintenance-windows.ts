import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { id, instant, json } from '#db/columns'
import { tenants } from '#db/schema/tenants'

export type MaintenanceScope = { all?: boolean; monitor_ids?: string[]; heartbeat_ids?: string[]; tags?: string[] }

/** Planned work: checks go on, nobody is paged. Once from `starts_at` to `ends_at`, or again and again by `rrule`. */
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
    starts_at: instant().notNull(),
    /** Of a single window; of a repeated one when it stops being repeated. */
    ends_at: instant(),
    rrule: text(),
    duration_s: integer(),
    timezone: text().notNull(),
    notify_subscribers: integer({ mode: 'boolean' }).notNull(),
    /** Ended by hand before its time: nothing of it counts after that. */
    ended_at: instant(),
    created_at: instant().notNull(),
    updated_at: instant().notNull(),
  },
  (t) => [index('maintenance_windows_tenant').on(t.tenant_id, t.starts_at)],
)
