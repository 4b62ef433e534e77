import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { Condition, RuleActions } from '#contract/oncall'
import { id, instant, json } from '#db/columns'
import { tenants } from '#db/schema/tenants'

/** Who hears of which incident: the first rule that matches, from position 1 on. */
export const alert_routing_rules = sqliteTable(
  'alert_routing_rules',
  {
    id: id(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    position: integer().notNull(),
    enabled: integer({ mode: 'boolean' }).notNull(),
    match: text({ enum: ['all', 'any'] }).notNull(),
    conditions: json<Condition[]>().notNull(),
    actions: json<RuleActions>().notNull(),
    created_at: instant().notNull(),
    updated_at: instant().notNull(),
  },
  (t) => [index('alert_routing_rules_tenant').on(t.tenant_id, t.position)],
)
