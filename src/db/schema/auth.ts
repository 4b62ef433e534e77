import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { id, instant } from '#db/columns'

export const users = sqliteTable(
  'users',
  {
    id: id(),
    /** Lower case; compared as it stands. */
    email: text().notNull().unique(),
    name: text().notNull(),
    password_hash: text(),
    instance_admin: integer({ mode: 'boolean' }).notNull().default(false),
    timezone: text().notNull().default('UTC'),
    email_verified_at: instant(),
    /** The account goes then, unless its owner changes their mind before. */
    deletes_at: instant(),
    created_at: instant().notNull(),
    updated_at: instant().notNull(),
  },
  (t) => [index('users_deletes_at').on(t.deletes_at).where(sql`deletes_at is not null`)],
)

/** What a link in a mail proves, once. `hash` is the SHA-256 of the token; `email` is the address the mail went to. */
export const user_tokens = sqliteTable(
  'user_tokens',
  {
    hash: text().primaryKey(),
    user_id: text()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    purpose: text({ enum: ['verify_email', 'reset_password'] }).notNull(),
    email: text().notNull(),
    expires_at: instant().notNull(),
    created_at: instant().notNull(),
  },
  (t) => [index('user_tokens_user').on(t.user_id, t.purpose), index('user_tokens_expires_at').on(t.expires_at)],
)

/**
 * A sign-in under way, between two requests: `hash` is the SHA-256 of what the client holds. Taken once; `data` is what
 * the second request must know, sealed.
 */
export const auth_flows = sqliteTable(
  'auth_flows',
  {
    hash: text().primaryKey(),
    kind: text().notNull(),
    user_id: text().references(() => users.id, { onDelete: 'cascade' }),
    data: text().notNull(),
    /** Wrong answers so far; a flow that was tried too often is gone. */
    attempts: integer().notNull().default(0),
    expires_at: instant().notNull(),
  },
  (t) => [index('auth_flows_expires_at').on(t.expires_at), index('auth_flows_user').on(t.user_id)],
)

/** Wrong passwords and codes in a row, by account or address (hashed); what makes the next attempt wait. */
export const login_failures = sqliteTable(
  'login_failures',
  {
    key: text().primaryKey(),
    failures: integer().notNull(),
    last_at: instant().notNull(),
    blocked_until: instant(),
  },
  (t) => [index('login_failures_last_at').on(t.last_at)],
)

/** Browsers somebody has signed in from, known by a cookie; `hash` is its SHA-256. */
export const known_devices = sqliteTable(
  'known_devices',
  {
    user_id: text()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    hash: text().notNull(),
    last_seen_at: instant().notNull(),
  },
  (t) => [primaryKey({ columns: [t.user_id, t.hash] })],
)
