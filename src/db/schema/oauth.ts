import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { Role } from '#contract/permissions'
import { id, instant, json } from '#db/columns'
import { users } from '#db/schema/auth'
import { tenants } from '#db/schema/tenants'

/** A program that may ask for access. `id` is its client_id; a public client (mobile, single page) has no secret. */
export const oauth_clients = sqliteTable(
  'oauth_clients',
  {
    id: id(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    name: text().notNull(),
    secret_hash: text(),
    redirect_uris: json<string[]>().notNull(),
    grant_types: json<string[]>().notNull(),
    scopes: json<string[]>().notNull(),
    /** What it may do when it acts for itself (client_credentials). */
    role: text().$type<Role>().notNull(),
    created_by: text().notNull(),
    last_used_at: instant(),
    created_at: instant().notNull(),
    updated_at: instant().notNull(),
  },
  (t) => [index('oauth_clients_tenant').on(t.tenant_id)],
)

/** What a person allowed a program: every code, refresh and access token belongs to one, and ends with it. */
export const oauth_grants = sqliteTable(
  'oauth_grants',
  {
    id: id(),
    client_id: text().notNull(),
    user_id: text()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    scope: text().notNull(),
    /** The person had proven a second factor when they allowed it. */
    mfa: integer({ mode: 'boolean' }).notNull(),
    revoked_at: instant(),
    last_used_at: instant(),
    created_at: instant().notNull(),
  },
  (t) => [
    index('oauth_grants_user').on(t.user_id),
    index('oauth_grants_client').on(t.client_id),
    index('oauth_grants_tenant').on(t.tenant_id),
    index('oauth_grants_revoked_at').on(t.revoked_at),
    index('oauth_grants_created_at').on(t.created_at),
  ],
)

export const oauth_codes = sqliteTable(
  'oauth_codes',
  {
    hash: text().primaryKey(),
    grant_id: text()
      .notNull()
      .references(() => oauth_grants.id, { onDelete: 'cascade' }),
    redirect_uri: text().notNull(),
    challenge: text().notNull(),
    used_at: instant(),
    expires_at: instant().notNull(),
  },
  (t) => [index('oauth_codes_grant').on(t.grant_id), index('oauth_codes_expires_at').on(t.expires_at)],
)

/** `used_at`: rotated. Coming back later than the grace, it was stolen, and the grant ends. */
export const oauth_refresh_tokens = sqliteTable(
  'oauth_refresh_tokens',
  {
    hash: text().primaryKey(),
    grant_id: text()
      .notNull()
      .references(() => oauth_grants.id, { onDelete: 'cascade' }),
    scope: text().notNull(),
    used_at: instant(),
    expires_at: instant().notNull(),
  },
  (t) => [
    index('oauth_refresh_tokens_grant').on(t.grant_id),
    index('oauth_refresh_tokens_expires_at').on(t.expires_at),
  ],
)
