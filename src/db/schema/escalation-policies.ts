import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { Plan, PolicyStep } from '#contract/oncall'
import { id, instant, json } from '#db/columns'
import { tenants } from '#db/schema/tenants'

/** In which order people are called until somebody takes care. An alert keeps the steps it began with. */
export const escalation_policies = sqliteTable(
  'escalation_policies',
  {
    id: id(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    description: text(),
    steps: json<PolicyStep[]>().notNull(),
    repeat_count: integer().notNull(),
    ack_timeout_s: integer(),
    on_empty: text().$type<Plan['on_empty']>().notNull(),
    /** For whatever no rule claims. */
    is_default: integer({ mode: 'boolean' }).notNull(),
    created_at: instant().notNull(),
    updated_at: instant().notNull(),
  },
  (t) => [
    index('escalation_policies_tenant').on(t.tenant_id, t.name),
    uniqueIndex('escalation_policies_default').on(t.tenant_id).where(sql`is_default = 1`),
  ],
)
