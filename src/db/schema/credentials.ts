import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { id, instant, json } from '#db/columns'
import { users } from '#db/schema/auth'
import { tenants } from '#db/schema/tenants'

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
    /** How the person proved who they are: `password`, `passkey`, `saml`, or the id of a sign-in provider's kind. */
    method: text().notNull().default('password'),
    /** A second factor was proven, or the identity provider answers for it. */
    mfa: integer({ mode: 'boolean' }).notNull().default(false),
    /** Signed in on the word of one workspace's identity provider: good for that workspace and nothing else. */
    bound: integer({ mode: 'boolean' }).notNull().default(false),
    created_at: instant().notNull(),
    last_seen_at: instant().notNull(),
  },
  (t) => [
    index('sessions_user').on(t.user_id),
    index('sessions_tenant').on(t.tenant_id),
    index('sessions_expires_at').on(t.expires_at),
  ],
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
    scope: text({ enum: ['full', 'read', 'resources'] }).notNull(),
    /** With scope `resources`: `monitors:write`, `incidents:read` … */
    resources: json<string[]>().notNull().default([]),
    /** Addresses it may be used from (CIDR); none means all. */
    networks: json<string[]>().notNull().default([]),
    expires_at: instant(),
    last_used_at: instant(),
    last_used_address: text(),
    created_at: instant().notNull(),
  },
  (t) => [index('api_tokens_tenant').on(t.tenant_id), index('api_tokens_user').on(t.user_id)],
)

/** Keys that sign access tokens; the private half is sealed. A retired one only verifies, until its last token is old. */
export const signing_keys = sqliteTable('signing_keys', {
  kid: text().primaryKey(),
  alg: text().notNull(),
  private_key: text().notNull(),
  public_key: json<Record<string, unknown>>().notNull(),
  created_at: instant().notNull(),
  retired_at: instant(),
})
