import { and, eq, lt, ne, sql } from 'drizzle-orm'
import { type Adapter, type DatabaseSession, Lucia, TimeSpan } from 'lucia'
import type { Role } from '#contract/permissions'
import type { Database, Writer } from '#db/client'
import { memberships, tenants, users } from '#db/schema/auth'
import { api_tokens, sessions } from '#db/schema/credentials'
import { type Clock, isoAt } from '#kernel/clock'
import type { Actor, Tenant } from '#kernel/context'
import { randomToken, sha256, type Vault } from '#kernel/secrets'

/** Sliding life of a session, and the age at which even a busy one ends. */
const SLIDING_DAYS = 30
const ABSOLUTE_DAYS = 90
/** How long an identity may be answered from memory; revoking clears it at once. */
const REMEMBER_MS = 5_000
const SEEN_EVERY_MS = 60_000

export const COOKIE = 'xinex_session'

export type Identity = {
  tenant: Tenant
  actor: Actor
  user: { id: string; email: string; name: string }
  /** Only for cookies: the value that X-CSRF-Token must carry. */
  csrf_token?: string
  /** A renewed cookie to send back. */
  set_cookie?: string
}

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

/** Cookies and API tokens: who is behind a request. Nothing here is ever stored in plain text. */
export function openCredentials({
  db,
  clock,
  vault,
  secure,
}: {
  db: Database
  clock: Clock
  vault: Vault
  secure: boolean
}) {
  const lucia = luciaOver(db, secure)
  const remembered = new Map<string, { identity: Identity; until: number }>()
  /** Which memory an answer belongs to: one that was looked up before a revocation must not be remembered after it. */
  let era = 0
  const forget = () => {
    era++
    remembered.clear()
  }

  async function memberOf(user_id: string, tenant_id: string) {
    const [row] = await db.read
      .select({ role: memberships.role, tenant: tenants, user: users })
      .from(memberships)
      .innerJoin(tenants, eq(tenants.id, memberships.tenant_id))
      .innerJoin(users, eq(users.id, memberships.user_id))
      .where(and(eq(memberships.user_id, user_id), eq(memberships.tenant_id, tenant_id)))
    return row
  }

  type Member = NonNullable<Awaited<ReturnType<typeof memberOf>>>
  const identityOf = (
    { role, tenant, user }: Member,
    more: Pick<Actor, 'kind' | 'scope' | 'session_id'>,
  ): Identity => ({
    tenant: { id: tenant.id, name: tenant.name, slug: tenant.slug, tier: tenant.tier, timezone: tenant.timezone },
    user: { id: user.id, email: user.email, name: user.name },
    actor: { ...more, id: user.id, label: user.name, role: role as Role, instance_admin: user.instance_admin },
  })

  async function byCookie(token: string): Promise<Identity | undefined> {
    const { session } = await lucia.validateSession(sha256(token))
    if (!session) return undefined
    if (session.absolute_expires_at * 1000 < clock.now()) {
      await lucia.invalidateSession(session.id)
      return undefined
    }
    const member = await memberOf(session.userId, session.tenant_id)
    if (!member) return undefined
    if (clock.now() - Date.parse(session.last_seen_at) > SEEN_EVERY_MS)
      await db.tx((tx) =>
        tx
          .update(sessions)
          .set({ last_seen_at: isoAt(clock.now()) })
          .where(eq(sessions.id, session.id)),
      )
    return {
      ...identityOf(member, { kind: 'session', scope: 'full', session_id: session.public_id }),
      csrf_token: vault.sign('csrf', session.id),
      set_cookie: session.fresh ? lucia.createSessionCookie(token).serialize() : undefined,
    }
  }

  async function byToken(token: string): Promise<Identity | undefined> {
    const [row] = await db.read
      .select()
      .from(api_tokens)
      .where(eq(api_tokens.hash, sha256(token)))
    if (!row || (row.expires_at && Date.parse(row.expires_at) <= clock.now())) return undefined
    const member = await memberOf(row.user_id, row.tenant_id)
    if (!member) return undefined
    if (!row.last_used_at || clock.now() - Date.parse(row.last_used_at) > SEEN_EVERY_MS)
      await db.tx((tx) =>
        tx
          .update(api_tokens)
          .set({ last_used_at: isoAt(clock.now()) })
          .where(eq(api_tokens.id, row.id)),
      )
    return identityOf(member, { kind: 'token', scope: row.scope })
  }

  /** The credential a request carries; a Bearer header wins over a cookie, even when it is wrong. */
  function carried(
    headers: Headers,
    queryToken?: string | null,
  ): { kind: 'token' | 'cookie'; value: string } | undefined {
    const bearer = headers.get('authorization')
    if (bearer !== null) return { kind: 'token', value: bearer.replace(/^Bearer\s+/i, '').trim() }
    if (queryToken) return { kind: 'token', value: queryToken }
    const cookie = lucia.readSessionCookie(headers.get('cookie') ?? '')
    return cookie ? { kind: 'cookie', value: cookie } : undefined
  }

  return {
    carried,
    /** Who asks, or nobody. Answers from memory for a few seconds; every revocation empties that memory (`change()`). */
    async identify(headers: Headers, queryToken?: string | null): Promise<Identity | undefined> {
      const credential = carried(headers, queryToken)
      if (!credential) return undefined
      if (credential.kind === 'token' && !/^xinex_[0-9a-f]{64}$/.test(credential.value)) return undefined
      const key = `${credential.kind}:${sha256(credential.value)}`
      const known = remembered.get(key)
      if (known && known.until > clock.now()) return known.identity
      const asked = era
      const identity = await (credential.kind === 'token' ? byToken(credential.value) : byCookie(credential.value))
      if (!identity || asked !== era) return identity
      if (remembered.size > 5_000) remembered.clear()
      // A renewed cookie is sent once; only what stays the same is remembered.
      remembered.set(key, { identity: { ...identity, set_cookie: undefined }, until: clock.now() + REMEMBER_MS })
      return identity
    },
    forget,
    /** Starts a session; answers the cookie header and the CSRF token that belongs to it. */
    async signIn(user_id: string, tenant_id: string, { user_agent, address }: Where) {
      const token = randomToken()
      const at = clock.now()
      const session = await lucia.createSession(
        user_id,
        {
          public_id: Bun.randomUUIDv7(),
          tenant_id,
          user_agent: user_agent?.slice(0, 300) ?? null,
          address,
          created_at: isoAt(at),
          last_seen_at: isoAt(at),
          absolute_expires_at: Math.floor(at / 1000) + ABSOLUTE_DAYS * 86_400,
        },
        { sessionId: sha256(token) },
      )
      return {
        public_id: session.public_id,
        set_cookie: lucia.createSessionCookie(token).serialize(),
        csrf_token: vault.sign('csrf', session.id),
      }
    },
    signOutCookie: () => lucia.createBlankSessionCookie().serialize(),
    dropExpired: () => lucia.deleteExpiredSessions(),
    /** Ends one session of a user, inside a running change; answers the row that went, if any. */
    async endSession(tx: Writer, user_id: string, public_id: string) {
      const gone = await tx
        .delete(sessions)
        .where(and(eq(sessions.user_id, user_id), eq(sessions.public_id, public_id)))
        .returning()
      return gone
    },
    /** Ends all sessions of a user except one; answers how many. */
    async endOtherSessions(tx: Writer, user_id: string, keep: string | undefined) {
      const gone = await tx
        .delete(sessions)
        .where(and(eq(sessions.user_id, user_id), keep ? ne(sessions.public_id, keep) : sql`true`))
        .returning({ id: sessions.id })
      return gone.length
    },
    /** Makes an API token inside a running change; `token` is shown once and never stored. */
    async issueToken(
      tx: Writer,
      row: {
        tenant_id: string
        user_id: string
        name: string
        scope: 'full' | 'read'
        expires_at: string | null
        created_at: string
      },
    ) {
      const token = `xinex_${Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('hex')}`
      const [made] = await tx
        .insert(api_tokens)
        .values({ ...row, prefix: token.slice(0, 12), hash: sha256(token) })
        .returning()
      if (!made) throw new Error('The token row was not returned')
      return { ...made, token }
    },
    async revokeToken(tx: Writer, tenant_id: string, id: string, user_id?: string) {
      const gone = await tx
        .delete(api_tokens)
        .where(
          and(
            eq(api_tokens.tenant_id, tenant_id),
            eq(api_tokens.id, id),
            user_id ? eq(api_tokens.user_id, user_id) : sql`true`,
          ),
        )
        .returning()
      return gone
    },
  }
}
export type Credentials = ReturnType<typeof openCredentials>
