import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { id, instant, json } from '#db/columns'
import { tenants } from '#db/schema/tenants'

/** A door through which another program opens and closes incidents. Its key is kept as a hash, and sealed to be shown again. */
export const integrations = sqliteTable(
  'integrations',
  {
    id: id(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    type: text().notNull(),
    key_hash: text().notNull(),
    key: text().notNull(),
    settings: json<Record<string, unknown>>().notNull(),
    enabled: integer({ mode: 'boolean' }).notNull(),
    last_event_at: instant(),
    created_at: instant().notNull(),
    updated_at: instant().notNull(),
  },
  (t) => [uniqueIndex('integrations_key').on(t.key_hash), index('integrations_tenant').on(t.tenant_id, t.name)],
)
