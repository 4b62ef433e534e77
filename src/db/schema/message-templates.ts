import { index, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { NoticeEvent } from '#contract/events'
import { id, instant } from '#db/columns'
import { tenants } from '#db/schema/tenants'

/** A workspace's own words for an event, for every channel or for one. */
export const message_templates = sqliteTable(
  'message_templates',
  {
    id: id(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    event: text().$type<NoticeEvent>().notNull(),
    /** Empty: every channel without words of its own. */
    channel_id: text().notNull().default(''),
    title: text().notNull(),
    body: text().notNull(),
    created_at: instant().notNull(),
    updated_at: instant().notNull(),
  },
  (t) => [
    uniqueIndex('message_templates_event').on(t.tenant_id, t.event, t.channel_id),
    index('message_templates_channel').on(t.channel_id),
  ],
)
