import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { Severity } from '#contract/statuses'
import { instant, json } from '#db/columns'
import { tenants } from '#db/schema/tenants'

/** `number` is the small integer that history rows use; `id` is what the API shows. Secrets inside `settings` are sealed. */
export const monitors = sqliteTable(
  'monitors',
  {
    number: integer().primaryKey({ autoIncrement: true }),
    id: text().notNull().unique(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    type: text().notNull(),
    /** Empty for types that keep their target in `settings`. */
    url: text().notNull().default(''),
    settings: json<Record<string, unknown>>().notNull(),
    interval: integer().notNull(),
    timeout_ms: integer().notNull(),
    alert_threshold: integer().notNull(),
    recovery_threshold: integer().notNull(),
    confirm_interval_s: integer().notNull(),
    degraded_ms: integer(),
    severity: text().$type<Severity>().notNull(),
    inverted: integer({ mode: 'boolean' }).notNull(),
    enabled: integer({ mode: 'boolean' }).notNull(),
    reminder_interval_s: integer(),
    tags: json<string[]>().notNull(),
    /** Where it is checked from: `local` is the appliance itself. */
    regions: json<string[]>().notNull().default(['local']),
    /** How many regions must agree that it is down: a word, or a number in digits. */
    region_quorum: text().notNull().default('majority'),
    /** Ids of monitors without which this one cannot work. */
    parents: json<string[]>().notNull().default([]),
    runbook_url: text(),
    description: text(),
    created_at: instant().notNull(),
    updated_at: instant().notNull(),
  },
  (t) => [index('monitors_tenant').on(t.tenant_id, t.number)],
)

/** What a monitor of type `push` is reported with, as a hash. */
export const push_keys = sqliteTable('push_keys', {
  monitor: integer()
    .primaryKey()
    .references(() => monitors.number, { onDelete: 'cascade' }),
  hash: text().notNull().unique(),
})
