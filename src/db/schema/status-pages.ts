import { index, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { id, instant, json } from '#db/columns'
import { tenants } from '#db/schema/tenants'

export type Component = {
  id: string
  name: string
  group: string | null
  description: string | null
  monitor_ids: string[]
  show_uptime: boolean
  show_response_time: boolean
}

export const status_pages = sqliteTable(
  'status_pages',
  {
    id: id(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    slug: text().notNull().unique(),
    title: text().notNull(),
    description: text(),
    visibility: text({ enum: ['public', 'members'] }).notNull(),
    theme: text({ enum: ['auto', 'light', 'dark'] }).notNull(),
    timezone: text().notNull(),
    components: json<Component[]>().notNull(),
    created_at: instant().notNull(),
    updated_at: instant().notNull(),
  },
  (t) => [index('status_pages_tenant').on(t.tenant_id)],
)
