import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { id, instant } from '#db/columns'
import { tenants, users } from '#db/schema/auth'

/** `id` is the SHA-256 of the cookie; a leaked row opens nothing. Times in seconds because lucia wants them so. */
export const sessions = sqliteTable(
  'sessions',
  {
    id: text().primaryKey(),
    public_id: text().notNull().unique(),
    user_id: text()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    expires_at: integer().notNull(),
    absolute_expires_at: integer().notNull(),
    user_agent: text(),
    address: text(),
    created_at: instant().notNull(),
    last_seen_at: instant().notNull(),
  },
  (t) => [index('sessions_user').on(t.user_id)],
)

/** `hash` is the SHA-256 of the whole token; `prefix` is what lists show. */
export const api_tokens = sqliteTable(
  'api_tokens',
  {
    id: id(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    user_id: text()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    prefix: text().notNull(),
    hash: text().notNull().unique(),
    scope: text({ enum: ['full', 'read'] }).notNull(),
    expires_at: instant(),
    last_used_at: instant(),
    created_at: instant().notNull(),
  },
  (t) => [index('api_tokens_tenant').on(t.tenant_id)],
)
