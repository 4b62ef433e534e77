import { and, eq, lt, ne, sql } from 'drizzle-orm'
import { type Adapter, type DatabaseSession, Lucia, TimeSpan } from 'lucia'
import type { Database, Writer } from '#db/client'
import { sessions } from '#db/schema/credentials'
import { type Clock, isoAt } from '#kernel/clock'
import { randomToken, sha256, type Vault } from '#kernel/secrets'

/** Sliding life of a session, and the age at which even a busy one ends. */
const SLIDING_DAYS = 30
const ABSOLUTE_DAYS = 90
const SEEN_EVERY_MS = 60_000

export const COOKIE = 'xinex_session'

type SessionRow = typeof sessions.$inferSelect
declare module 'lucia' {
  interface Register {
    Lucia: ReturnType<typeof luciaOver>
    DatabaseSessionAttributes: Omit<SessionRow, 'id' | 'user_id' | 'expires_at'>
    UserId: string
  }
}

/** The only place that knows lucia; its ids are SHA-256 of the cookie, so a leaked row opens nothing. */
function luciaOver(db: Database, secure: boolean) {
  const shape = ({ id, user_id, expires_at, ...attributes }: SessionRow): DatabaseSession => ({
    id,
    userId: user_id,
    expiresAt: new Date(expires_at * 1000),
    attributes,
  })
  const seconds = (date: Date) => Math.floor(date.getTime() / 1000)
  const adapter: Adapter = {
    async getSessionAndUser(id) {
      const [row] = await db.read.select().from(sessions).where(eq(sessions.id, id))
      return row ? [shape(row), { id: row.user_id, attributes: {} }] : [null, null]
    },
    getUserSessions: async (user) =>
      (await db.read.select().from(sessions).where(eq(sessions.user_id, user))).map(shape),
    async setSession({ id, userId, expiresAt, attributes }) {
      const row = { ...attributes, id, user_id: userId, expires_at: seconds(expiresAt) }
      await db.tx((tx) => tx.insert(sessions).values(row))
    },
    async updateSessionExpiration(id, expires) {
      await db.tx((tx) =>
        tx
          .update(sessions)
          .set({ expires_at: seconds(expires) })
          .where(eq(sessions.id, id)),
      )
    },
    async deleteSession(id) {
      await db.tx((tx) => tx.delete(sessions).where(eq(sessions.id, id)))
    },
    async deleteUserSessions(user) {
      await db.tx((tx) => tx.delete(sessions).where(eq(sessions.user_id, user)))
    },
    async deleteExpiredSessions() {
      await db.tx((tx) => tx.delete(sessions).where(lt(sessions.expires_at, seconds(new Date()))))
    },
  }
  return new Lucia(adapter, {
    sessionExpiresIn: new TimeSpan(SLIDING_DAYS, 'd'),
    sessionCookie: { name: COOKIE, attributes: { secure, sameSite: 'lax', path: '/' } },
    getSessionAttributes: (attributes) => attributes,
  })
}

type Where = { user_agent: string | null; address: string }
export type How = {
  /** `password`, `passkey`, `saml`, or the kind of a sign-in provider. */
  method?: string
  /** A second factor was proven, or the identity provider answers for it. */
  mfa?: boolean
  /** Vouched for by one workspace's identity provider: good for that workspace and nothing else. */
  bound?: boolean
}

type Parts = { db: Database; clock: Clock; vault: Vault; secure: boolean }

/** Signed-in browsers. Nothing here is ever stored in plain text. */
export function openSessions({ db, clock, vault, secure }: Parts) {
  const lucia = luciaOver(db, secure)
  const made = (token: string, session: { id: string; public_id: string }) => ({
    public_id: session.public_id,
    set_cookie: lucia.createSessionCookie(token).serialize(),
    csrf_token: vault.sign('csrf', session.id),
  })
  const mine = (user_id: string, public_id: string) =>
    and(eq(sessions.user_id, user_id), eq(sessions.public_id, public_id))

  return {
    cookieIn: (headers: Headers): string | null => lucia.readSessionCookie(headers.get('cookie') ?? ''),
    /** The session a cookie stands for, unless it is over; a renewed cookie to send back when it was prolonged. */
    async byCookie(token: string) {
      const { session } = await lucia.validateSession(sha256(token))
      if (!session) return undefined
      if (session.absolute_expires_at * 1000 < clock.now()) {
        await lucia.invalidateSession(session.id)
        return undefined
      }
      if (clock.now() - Date.parse(session.last_seen_at) > SEEN_EVERY_MS)
        await db.tx((tx) =>
          tx
            .update(sessions)
            .set({ last_seen_at: isoAt(clock.now()) })
            .where(eq(sessions.id, session.id)),
        )
      const { userId: user_id, tenant_id, public_id, mfa, bound, fresh } = session
      return {
        ...{ user_id, tenant_id, public_id, mfa, bound },
        csrf_token: vault.sign('csrf', session.id),
        set_cookie: fresh ? lucia.createSessionCookie(token).serialize() : undefined,
      }
    },
    /** Starts a session; answers the cookie header and the CSRF token that belongs to it. */
    async signIn(user_id: string, tenant_id: string, { user_agent, address }: Where, how: How = {}) {
      const { method = 'password', mfa = false, bound = false } = how
      const token = randomToken()
      const at = clock.now()
      const session = await lucia.createSession(
        user_id,
        {
          ...{ tenant_id, address, method, mfa, bound },
          public_id: Bun.randomUUIDv7(),
          user_agent: user_agent?.slice(0, 300) ?? null,
          created_at: isoAt(at),
          last_seen_at: isoAt(at),
          absolute_expires_at: Math.floor(at / 1000) + ABSOLUTE_DAYS * 86_400,
        },
        { sessionId: sha256(token) },
      )
      return made(token, session)
    },
    /**
     * Changes what a session may do (another workspace, a proven second factor) and gives it a new cookie: one that
     * leaked before is worth nothing after. Inside a running change; nothing when the session is gone.
     */
    async renew(tx: Writer, user_id: string, public_id: string, edit: { tenant_id?: string; mfa?: boolean }) {
      const token = randomToken()
      const [row] = await tx
        .update(sessions)
        .set({ ...edit, id: sha256(token) })
        .where(mine(user_id, public_id))
        .returning()
      return row && made(token, row)
    },
    signOutCookie: () => lucia.createBlankSessionCookie().serialize(),
    dropExpired: () => lucia.deleteExpiredSessions(),
    /** Ends one session of a user, inside a running change; answers the row that went, if any. */
    endSession: (tx: Writer, user_id: string, public_id: string) =>
      tx.delete(sessions).where(mine(user_id, public_id)).returning(),
    /** Ends all sessions of a user (in one workspace) except one; answers how many. */
    async endOtherSessions(tx: Writer, user_id: string, keep: string | undefined, tenant_id?: string) {
      const within = tenant_id === undefined ? undefined : eq(sessions.tenant_id, tenant_id)
      const gone = await tx
        .delete(sessions)
        .where(and(eq(sessions.user_id, user_id), keep ? ne(sessions.public_id, keep) : sql`true`, within))
        .returning({ id: sessions.id })
      return gone.length
    },
    /** Ends the sessions that a user has in one workspace. */
    endSessionsIn: (tx: Writer, user_id: string, tenant_id: string) =>
      tx.delete(sessions).where(and(eq(sessions.user_id, user_id), eq(sessions.tenant_id, tenant_id))),
  }
}
export type Sessions = ReturnType<typeof openSessions>
