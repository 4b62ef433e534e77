import { and, eq, gt, lt } from 'drizzle-orm'
import { saml_messages } from '#db/schema/sso'
import { isoAt } from '#kernel/clock'
import type { App } from '#kernel/context'

/** What waits between two requests of a sign-in, and what must not come twice; kept in the database, over a restart. */
const place = (key: string) => `saml_messages:data:${key}`
const alive = (app: App, key: string) =>
  and(eq(saml_messages.key, key), gt(saml_messages.expires_at, isoAt(app.clock.now())))

/** Keeps `data` (sealed) under the key for so long; what was there before is replaced. */
export async function keep(app: App, key: string, data: object, life_s: number) {
  const now = app.clock.now()
  const row = {
    data: app.vault.seal(JSON.stringify(data), place(key)),
    ...{ expires_at: isoAt(now + life_s * 1000), created_at: isoAt(now) },
  }
  await app.db.tx((tx) =>
    tx
      .insert(saml_messages)
      .values({ key, ...row })
      .onConflictDoUpdate({ target: saml_messages.key, set: row }),
  )
}

/** What is kept under the key; looking changes nothing. */
export async function peek<T>(app: App, key: string): Promise<T | undefined> {
  const [row] = await app.db.read.select().from(saml_messages).where(alive(app, key))
  // Safe: written by `keep` under a key that is used for one shape, and sealed since.
  return row?.data ? (JSON.parse(app.vault.open(row.data, place(key))) as T) : undefined
}

/** What is kept under the key, and its end: nobody gets it a second time, not even at the same moment. */
export async function take<T>(app: App, key: string): Promise<T | undefined> {
  const [row] = await app.db.tx((tx) => tx.delete(saml_messages).where(alive(app, key)).returning())
  return row?.data ? (JSON.parse(app.vault.open(row.data, place(key))) as T) : undefined
}

/** True the first time the key is seen until `expires_at`, in milliseconds. */
export async function isNew(app: App, key: string, expires_at: number): Promise<boolean> {
  const row = { key, expires_at: isoAt(expires_at), created_at: isoAt(app.clock.now()) }
  const made = await app.db.tx((tx) => tx.insert(saml_messages).values(row).onConflictDoNothing().returning())
  return made.length > 0
}

export const dropExpiredMessages = (app: App) =>
  app.db.tx((tx) => tx.delete(saml_messages).where(lt(saml_messages.expires_at, isoAt(app.clock.now()))))
