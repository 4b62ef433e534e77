import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { NoticeEvent } from '#contract/events'
import { id, instant, json } from '#db/columns'
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
    created_at: instant().notNull(),
    updated_at: instant().notNull(),
  },
  (t) => [index('notification_channels_tenant').on(t.tenant_id)],
)
