import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { id, instant, json } from '#db/columns'
import { tenants } from '#db/schema/tenants'

/** An agent that runs checks elsewhere. What it says of itself when it registers is `facts`. */
export const probers = sqliteTable(
  'probers',
  {
    id: id(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    region: text().notNull(),
    facts: json<{ version?: string; hostname?: string; platform?: string }>().notNull(),
    registered_at: instant(),
    last_seen_at: instant(),
    last_seen_address: text(),
    /** What it looks at to tell whether its own network works; see `src/probing/uplink.ts`. */
    anchors: json<string[]>().notNull().default([]),
    /** How far its clock is ahead of ours, as it measured. */
    clock_offset_ms: integer(),
    created_at: instant().notNull(),
    updated_at: instant().notNull(),
  },
  (t) => [index('probers_tenant').on(t.tenant_id)],
)

/** Two at once while one replaces the other: the old one ends at `expires_at`. */
export const prober_tokens = sqliteTable(
  'prober_tokens',
  {
    id: id(),
    prober_id: text()
      .notNull()
      .references(() => probers.id, { onDelete: 'cascade' }),
    prefix: text().notNull(),
    hash: text().notNull().unique(),
    expires_at: instant(),
    last_used_at: instant(),
    created_at: instant().notNull(),
  },
  (t) => [index('prober_tokens_prober').on(t.prober_id)],
)
