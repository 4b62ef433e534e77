import { blob, index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { id, instant, json } from '#db/columns'
import { users } from '#db/schema/auth'

const user = () =>
  text()
    .notNull()
    .references(() => users.id, { onDelete: 'cascade' })

/** The shared secret of an authenticator app, sealed. `last_step` is the 30-second step of the last code that was taken. */
export const totp_secrets = sqliteTable('totp_secrets', {
  user_id: text()
    .primaryKey()
    .references(() => users.id, { onDelete: 'cascade' }),
  secret: text().notNull(),
  confirmed_at: instant(),
  last_step: integer(),
  created_at: instant().notNull(),
})

/** `hash` is an HMAC under the appliance's key: ten characters alone could be guessed from a plain hash. */
export const backup_codes = sqliteTable(
  'backup_codes',
  { id: id(), user_id: user(), hash: text().notNull(), used_at: instant(), created_at: instant().notNull() },
  (t) => [index('backup_codes_user').on(t.user_id)],
)

export const passkeys = sqliteTable(
  'passkeys',
  {
    id: id(),
    user_id: user(),
    name: text().notNull(),
    credential_id: text().notNull().unique(),
    public_key: blob({ mode: 'buffer' }).notNull(),
    counter: integer().notNull(),
    transports: json<string[]>().notNull(),
    /** Synchronised between devices by its provider. */
    backed_up: integer({ mode: 'boolean' }).notNull(),
    last_used_at: instant(),
    created_at: instant().notNull(),
  },
  (t) => [index('passkeys_user').on(t.user_id)],
)
