import { sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { instant } from '#db/columns'
import { incidents } from '#db/schema/engine'

/** What was learned from an incident, as Markdown. */
export const postmortems = sqliteTable('postmortems', {
  incident_id: text()
    .primaryKey()
    .references(() => incidents.id, { onDelete: 'cascade' }),
  body: text().notNull(),
  status: text({ enum: ['draft', 'published'] }).notNull(),
  updated_by: text(),
  created_at: instant().notNull(),
  updated_at: instant().notNull(),
})
