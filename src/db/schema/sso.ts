import { sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import type { Role } from '#contract/permissions'
import { id, instant, json } from '#db/columns'
import { users } from '#db/schema/auth'
import { tenants } from '#db/schema/tenants'

/** The SAML identity provider of one workspace. */
export const sso_connections = sqliteTable('sso_connections', {
  id: id(),
  tenant_id: text()
    .notNull()
    .unique()
    .references(() => tenants.id, { onDelete: 'cascade' }),
  enabled: integer({ mode: 'boolean' }).notNull(),
  idp_entity_id: text().notNull(),
  sso_url: text().notNull(),
  /** PEM; several during a roll-over. */
  certificates: json<string[]>().notNull(),
  /** Our own key pair for signed requests and encrypted assertions; the private half is sealed. */
  private_key: text().notNull(),
  certificate: text().notNull(),
  require_signed_response: integer({ mode: 'boolean' }).notNull(),
  /** Names of the attributes; empty: the usual ones are tried. */
  email_attribute: text(),
  name_attribute: text(),
  groups_attribute: text(),
  /** People who come with a verified domain become members by themselves. */
  provision: integer({ mode: 'boolean' }).notNull(),
  default_role: text().$type<Role>().notNull(),
  group_roles: json<{ group: string; role: Role }[]>().notNull(),
  created_at: instant().notNull(),
  updated_at: instant().notNull(),
})

/** A domain counts once it is verified: by a DNS record, or by whoever runs the appliance. Then it is nobody else's. */
export const sso_domains = sqliteTable(
  'sso_domains',
  {
    id: id(),
    tenant_id: text()
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    domain: text().notNull(),
    challenge: text().notNull(),
    verified_at: instant(),
    created_at: instant().notNull(),
  },
  (t) => [
    index('sso_domains_domain').on(t.domain),
    index('sso_domains_tenant').on(t.tenant_id),
    uniqueIndex('sso_domains_verified').on(t.domain).where(sql`verified_at is not null`),
  ],
)

/**
 * Requests that wait for their answer, answers that wait for their browser, and assertions that were taken: each is good
 * once, also over a restart.
 */
export const saml_messages = sqliteTable(
  'saml_messages',
  {
    /** `<connection>:request:<hash>`, `:answer:<hash>`, `:assertion:<hash>` or `:test`. */
    key: text().primaryKey(),
    /** Sealed: who asked, and where they go next; nothing for an assertion. */
    data: text(),
    expires_at: instant().notNull(),
    created_at: instant().notNull(),
  },
  (t) => [index('saml_messages_expires_at').on(t.expires_at)],
)

/** Who somebody is at the workspace's identity provider. */
export const sso_subjects = sqliteTable(
  'sso_subjects',
  {
    connection_id: text()
      .notNull()
      .references(() => sso_connections.id, { onDelete: 'cascade' }),
    subject: text().notNull(),
    user_id: text()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    last_used_at: instant().notNull(),
    created_at: instant().notNull(),
  },
  (t) => [uniqueIndex('sso_subjects_subject').on(t.connection_id, t.subject), index('sso_subjects_user').on(t.user_id)],
)
