import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { Role } from '#contract/permissions'
import { id, instant, json } from '#db/columns'
import { tenants } from '#db/schema/tenants'

/** Who else may say who somebody is: Google, an OpenID provider, a directory, a proxy. `slug` is in the URL. */
export const sign_in_providers = sqliteTable(
  'sign_in_providers',
  {
    id: id(),
    slug: text().notNull().unique(),
    kind: text().notNull(),
    name: text().notNull(),
    /** Secrets in it are sealed. */
    settings: json<Record<string, unknown>>().notNull(),
    enabled: integer({ mode: 'boolean' }).notNull(),
    /** An account with the same verified address is taken over without asking its owner. */
    trust_email: integer({ mode: 'boolean' }).notNull(),
    /** Where unknown people become members; without it, the registration mode decides. */
    tenant_id: text().references(() => tenants.id, { onDelete: 'set null' }),
    default_role: text().$type<Role>().notNull(),
    /** First match from the top wins, at every sign-in. */
    group_roles: json<{ group: string; role: Role }[]>().notNull(),
    created_at: instant().notNull(),
    updated_at: instant().notNull(),
  },
  (t) => [index('sign_in_providers_tenant').on(t.tenant_id)],
)
