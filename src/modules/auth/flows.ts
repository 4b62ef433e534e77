import { and, eq, gt, lt, sql } from 'drizzle-orm'
import type { Writer } from '#db/client'
import { auth_flows } from '#db/schema/auth'
import { isoAt } from '#kernel/clock'
import type { App } from '#kernel/context'
import { randomToken, sha256 } from '#kernel/secrets'

export type FlowKind =
  | 'mfa'
  | 'passkey_sign_in'
  | 'passkey_registration'
  | 'passkey_second_factor'
  | 'oauth_sign_in'
  | 'oauth_consent'

type Options = { life_s: number; user_id?: string }

const place = (hash: string) => `auth_flows:data:${hash}`

const dropExpired = (tx: Writer, at: string) => tx.delete(auth_flows).where(lt(auth_flows.expires_at, at))

/** Remembers `data` (JSON, sealed) until the second request of a sign-in comes with the token that is answered. */
export async function openFlow(app: App, kind: FlowKind, data: object, { life_s, user_id }: Options): Promise<string> {
  const token = randomToken()
  const hash = sha256(token)
  const expires_at = isoAt(app.clock.now() + life_s * 1000)
  const sealed = app.vault.seal(JSON.stringify(data), place(hash))
  await app.db.tx(async (tx) => {
    // Anybody may begin: what nobody goes on with makes room at once.
    await dropExpired(tx, isoAt(app.clock.now()))
    await tx.insert(auth_flows).values({ hash, kind, user_id, data: sealed, expires_at })
  })
  return token
}

const alive = (app: App, kind: FlowKind, hash: string) =>
  and(eq(auth_flows.hash, hash), eq(auth_flows.kind, kind), gt(auth_flows.expires_at, isoAt(app.clock.now())))

/** What the flow remembers, and its end: nobody gets it a second time, not even at the same moment. */
export async function takeFlow<T>(app: App, kind: FlowKind, token: string): Promise<T | undefined> {
  const hash = sha256(token)
  const [row] = await app.db.tx((tx) =>
    tx
      .delete(auth_flows)
      .where(alive(app, kind, hash))
      .returning(),
  )
  // Safe: written by `openFlow` of the same kind, and sealed since.
  return row && (JSON.parse(app.vault.open(row.data, place(hash))) as T)
}

/** What the flow remembers, which stays for another try; each look counts as one of `attempts`. */
export async function tryFlow<T>(app: App, kind: FlowKind, token: string, attempts: number): Promise<T | undefined> {
  const hash = sha256(token)
  const [row] = await app.db.tx((tx) =>
    tx
      .update(auth_flows)
      .set({ attempts: sql`${auth_flows.attempts} + 1` })
      .where(and(alive(app, kind, hash), lt(auth_flows.attempts, attempts)))
      .returning(),
  )
  return row && (JSON.parse(app.vault.open(row.data, place(hash))) as T)
}

/** What the flow remembers; looking changes nothing. */
export async function peekFlow<T>(app: App, kind: FlowKind, token: string): Promise<T | undefined> {
  const hash = sha256(token)
  const [row] = await app.db.read
    .select()
    .from(auth_flows)
    .where(alive(app, kind, hash))
  return row && (JSON.parse(app.vault.open(row.data, place(hash))) as T)
}

export const dropExpiredFlows = (app: App) => app.db.tx((tx) => dropExpired(tx, isoAt(app.clock.now())))
