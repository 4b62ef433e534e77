import { index, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { id, instant } from '#db/columns'
import { users } from '#db/schema/auth'
import { sign_in_providers } from '#db/schema/sign-in-providers'

/** An account somewhere else that opens an account here. `subject` is that place's own id, never the address. */
export const identities = sqliteTable(
  'identities',
  {
    id: id(),
    user_id: text()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    provider_id: text()
      .notNull()
      .references(() => sign_in_providers.id, { onDelete: 'cascade' }),
    subject: text().notNull(),
    email: text(),
    last_used_at: instant(),
    created_at: instant().notNull(),
  },
  (t) => [uniqueIndex('identities_subject').on(t.provider_id, t.subject), index('identities_user').on(t.user_id)],
)
