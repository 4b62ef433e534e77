import { index, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'
import { id, instant } from '#db/columns'
import { users } from '#db/schema/auth'

/** A device of a person: an app of theirs, or a browser. What it is reached by is sealed. */
export const push_tokens = sqliteTable(
  'push_tokens',
  {
    id: id(),
    user_id: text()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    platform: text({ enum: ['ios', 'android', 'web'] }).notNull(),
    name: text().notNull(),
    /** SHA-256 of the token (of a browser: of its endpoint). */
    hash: text().notNull(),
    /** Sealed: the token, or endpoint and keys of a browser as JSON. */
    sealed: text().notNull(),
    last_used_at: instant(),
    created_at: instant().notNull(),
  },
  (t) => [uniqueIndex('push_tokens_hash').on(t.hash), index('push_tokens_user').on(t.user_id)],
)
