import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { id, instant } from '#db/columns'

/** Mails about accounts, on their way; the content is sealed because it may hold a link that lets somebody in. */
export const mails = sqliteTable(
  'mails',
  {
    id: id(),
    to: text().notNull(),
    kind: text().notNull(),
    content: text().notNull(),
    attempts: integer().notNull().default(0),
    next_attempt_at: instant().notNull(),
    created_at: instant().notNull(),
  },
  (t) => [index('mails_next_attempt_at').on(t.next_attempt_at)],
)
