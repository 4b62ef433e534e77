import { sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { CorrelationSettings } from '#contract/oncall'
import { instant, json } from '#db/columns'
import { tenants } from '#db/schema/tenants'

/** What a workspace takes for one trouble; without a row `defaultCorrelation` counts. */
export const correlation_settings = sqliteTable('correlation_settings', {
  tenant_id: text()
    .primaryKey()
    .references(() => tenants.id, { onDelete: 'cascade' }),
  settings: json<CorrelationSettings>().notNull(),
  updated_at: instant().notNull(),
})
