import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { Role } from '#contract/permissions'
import { id, instant } from '#db/columns'
import { users } from '#db/schema/auth'

export const tenants = sqliteTable(
  'tenants',
  {
    id: id(),
    name: text().notNull(),
    slug: text().notNull().unique(),
    tier: text().notNull().default('self_hosted'),
    timezone: text().notNull().default('UTC'),
    /** Nobody works here without a second factor. */
    require_mfa: integer({ mode: 'boolean' }).notNull().default(false),
    /** The workspace goes then, with all that is in it, unless an owner changes their mind before. */
    deletes_at: instant(),
    created_at: instant().notNull(),
    updated_at: instant().notNull(),
  },
  (t) => [index('tenants_deletes_at').on(t.deletes_at).where(sql`deletes_at is not null`)],
)

export const memberships = sqliteTable(
  'memberships',
  {
    tenant_id: text()
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    user_id: text()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    role: text().$type<Role>().notNull(),
    created_at: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenant_id, t.user_id] }), index('memberships_user').on(t.user_id)],
)

/** `hash` is the SHA-256 of the token in the link; used once. */
export const invitations = sqliteTable(
  'invitations',
  {
    id: id(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    email: text().notNull(),
    role: text().$type<Role>().notNull(),
    hash: text().notNull().unique(),
    invited_by: text().notNull(),
    expires_at: instant().notNull(),
    accepted_at: instant(),
    created_at: instant().notNull(),
  },
  (t) => [index('invitations_tenant').on(t.tenant_id), index('invitations_email').on(t.email)],
)
