import { and, desc, eq, gt, lt } from 'drizzle-orm'
import type { Reader, Writer } from '#db/client'
import { auth_flows, user_tokens, users } from '#db/schema/auth'
import { isoAt } from '#kernel/clock'
import type { App } from '#kernel/context'
import { randomToken, sha256 } from '#kernel/secrets'
import type { User } from './enter'

export type Purpose = (typeof user_tokens.$inferSelect)['purpose']

/** A link to change a password opens an account, one to confirm an address only that. */
const LIFE_S = { reset_password: 3_600, verify_email: 86_400 } as const
/** Nobody is sent mails faster than this, whoever asks for them. */
const PAUSE_MS = 60_000
const HOUR_MS = 3_600_000
const MOST_IN_AN_HOUR = 5

const of = (user_id: string, purpose: Purpose) =>
  and(eq(user_tokens.user_id, user_id), eq(user_tokens.purpose, purpose))

/** What goes into the link of a mail. The ones before it stay good: a stranger who asks again must not spoil them. */
export async function issueUserToken(tx: Writer, purpose: Purpose, user: Pick<User, 'id' | 'email'>, at: string) {
  const token = randomToken()
  const expires_at = isoAt(Date.parse(at) + LIFE_S[purpose] * 1000)
  const row = { hash: sha256(token), user_id: user.id, purpose, email: user.email, expires_at, created_at: at }
  await tx.insert(user_tokens).values(row)
  return token
}

/** Whose token this is, as long as the account still has the address that the mail went to. */
export async function ownerOf(db: Reader | Writer, purpose: Purpose, token: string, at: string) {
  const [row] = await db
    .select({ user: users })
    .from(user_tokens)
    .innerJoin(users, and(eq(users.id, user_tokens.user_id), eq(users.email, user_tokens.email)))
    .where(and(eq(user_tokens.hash, sha256(token)), eq(user_tokens.purpose, purpose), gt(user_tokens.expires_at, at)))
  return row?.user
}

/** The same, and its end: inside a transaction nobody gets it a second time. */
export async function redeem(tx: Writer, purpose: Purpose, token: string, at: string) {
  const user = await ownerOf(tx, purpose, token, at)
  if (user) await tx.delete(user_tokens).where(of(user.id, purpose))
  return user
}

/** Milliseconds until the next mail of this kind may go to this user; 0 when it may go now. */
export async function pauseLeft(
  { clock }: App,
  db: Reader | Writer,
  purpose: Purpose,
  user_id: string,
): Promise<number> {
  const rows = await db.select().from(user_tokens).where(of(user_id, purpose)).orderBy(desc(user_tokens.created_at))
  const [last, fifth] = [rows[0], rows[MOST_IN_AN_HOUR - 1]]
  const until = (row: typeof last, pause_ms: number) => (row ? Date.parse(row.created_at) + pause_ms - clock.now() : 0)
  return Math.max(0, until(last, PAUSE_MS), until(fifth, HOUR_MS))
}

/** A new password or address: links in mails and sign-ins under way were for the old one. */
export async function endPending(tx: Writer, user_id: string) {
  await tx.delete(user_tokens).where(eq(user_tokens.user_id, user_id))
  await tx.delete(auth_flows).where(eq(auth_flows.user_id, user_id))
}

export const dropExpiredTokens = (app: App) =>
  app.db.tx((tx) => tx.delete(user_tokens).where(lt(user_tokens.expires_at, isoAt(app.clock.now()))))
