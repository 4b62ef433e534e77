import { and, eq, isNull } from 'drizzle-orm'
import type { Database } from '#db/client'
import { users } from '#db/schema/auth'
import { api_tokens } from '#db/schema/credentials'
import { oauth_clients, oauth_grants } from '#db/schema/oauth'
import { prober_tokens, probers } from '#db/schema/probers'
import { memberships, tenants } from '#db/schema/tenants'
import { openAccessTokens } from '#kernel/access-tokens'
import { isWithin } from '#kernel/client-address'
import { type Clock, isoAt } from '#kernel/clock'
import type { Actor, Tenant } from '#kernel/context'
import { sha256, type Vault } from '#kernel/secrets'
import { openSessions } from '#kernel/sessions'
import { tokenVerbs } from '#kernel/tokens'

/** How long an identity may be answered from memory; revoking clears it at once. */
const REMEMBER_MS = 5_000
const SEEN_EVERY_MS = 60_000
const MOST_REMEMBERED = 5_000

export type Identity = {
  tenant: Tenant
  actor: Actor
  /** Nobody when a program acts for itself. */
  user?: { id: string; email: string; name: string; email_verified: boolean }
  /** Addresses this credential may be used from; none means all. */
  networks?: string[]
  /** Seconds; after it, the credential is worth nothing. */
  expires_at?: number
  /** Only for cookies: the value that X-CSRF-Token must carry. */
  csrf_token?: string
  /** A renewed cookie to send back. */
  set_cookie?: string
}

type Carried = { kind: 'token' | 'cookie'; value: string }

const API_TOKEN = /^xinex_[0-9a-f]{64}$/
const PROBER_TOKEN = /^xinex_prober_[0-9a-f]{64}$/
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/
/** An access token of ours has some 700 characters; reading a longer one is work for nothing. */
const MOST_JWT_CHARS = 4_096

type Parts = { db: Database; clock: Clock; vault: Vault; secure: boolean; issuer: string }

/** Cookies and tokens of every kind: who is behind a request. */
export function openCredentials({ db, clock, vault, secure, issuer }: Parts) {
  const sessions = openSessions({ db, clock, vault, secure })
  const accessTokens = openAccessTokens({ db, clock, vault, issuer })
  const remembered = new Map<string, { identity: Identity; until: number }>()
  /** Which memory an answer belongs to: one that was looked up before a revocation must not be remembered after it. */
  let era = 0
  const forget = () => {
    era++
    remembered.clear()
  }

  async function memberOf(user_id: string, tenant_id: string) {
    const [row] = await db.read
      .select({ role: memberships.role, since: memberships.created_at, tenant: tenants, user: users })
      .from(memberships)
      .innerJoin(tenants, eq(tenants.id, memberships.tenant_id))
      .innerJoin(users, eq(users.id, memberships.user_id))
      .where(and(eq(memberships.user_id, user_id), eq(memberships.tenant_id, tenant_id)))
    return row
  }

  /** Until an account that was given up is gone, its owner may still come back in person; programs may not. */
  const isLeaving = ({ user }: Member) => user.deletes_at !== null

  type Member = NonNullable<Awaited<ReturnType<typeof memberOf>>>
  type More = Pick<Actor, 'kind' | 'scope' | 'resources' | 'session_id' | 'mfa' | 'bound'>
  const tenantOf = ({ id, name, slug, tier, timezone, require_mfa, deletes_at }: Member['tenant']): Tenant => ({
    ...{ id, name, slug, tier, timezone, require_mfa, deletes_at },
  })
  const identityOf = ({ role, tenant, user }: Member, more: More): Identity => ({
    tenant: tenantOf(tenant),
    user: { id: user.id, email: user.email, name: user.name, email_verified: user.email_verified_at !== null },
    actor: { ...more, id: user.id, label: user.name, role, instance_admin: user.instance_admin },
  })

  async function byCookie(token: string): Promise<Identity | undefined> {
    const session = await sessions.byCookie(token)
    const member = session && (await memberOf(session.user_id, session.tenant_id))
    if (!session || !member) return undefined
    const { public_id: session_id, mfa, bound, csrf_token, set_cookie } = session
    return {
      ...identityOf(member, { kind: 'session', scope: 'full', session_id, mfa, bound }),
      ...{ csrf_token, set_cookie },
    }
  }

  const stale = (at: string | null) => !at || clock.now() - Date.parse(at) > SEEN_EVERY_MS
  const over = (at: string | null) => at !== null && Date.parse(at) <= clock.now()

  const endOf = (at: string | null) => (at === null ? {} : { expires_at: Math.floor(Date.parse(at) / 1000) })

  async function byApiToken(token: string, address?: string): Promise<Identity | undefined> {
    const [row] = await db.read
      .select()
      .from(api_tokens)
      .where(eq(api_tokens.hash, sha256(token)))
    if (!row || over(row.expires_at)) return undefined
    const member = await memberOf(row.user_id, row.tenant_id)
    if (!member || isLeaving(member)) return undefined
    if (stale(row.last_used_at)) {
      const seen = { last_used_at: isoAt(clock.now()), last_used_address: address ?? null }
      await db.tx((tx) => tx.update(api_tokens).set(seen).where(eq(api_tokens.id, row.id)))
    }
    const { scope, resources, networks } = row
    return { ...identityOf(member, { kind: 'token', scope, resources }), networks, ...endOf(row.expires_at) }
  }

  /** A prober is a program of one workspace; it belongs to no person and has no role. */
  async function byProberToken(token: string): Promise<Identity | undefined> {
    const [row] = await db.read
      .select({ token: prober_tokens, prober: probers, tenant: tenants })
      .from(prober_tokens)
      .innerJoin(probers, eq(probers.id, prober_tokens.prober_id))
      .innerJoin(tenants, eq(tenants.id, probers.tenant_id))
      .where(eq(prober_tokens.hash, sha256(token)))
    if (!row || over(row.token.expires_at)) return undefined
    const { id, name: label } = row.prober
    const actor: Actor = { kind: 'prober', id, label, role: 'viewer', scope: 'full', instance_admin: false }
    return { tenant: tenantOf(row.tenant), actor, ...endOf(row.token.expires_at) }
  }

  async function byJwt(token: string): Promise<Identity | undefined> {
    const claims = token.length <= MOST_JWT_CHARS ? await accessTokens.verify(token) : undefined
    if (!claims) return undefined
    const writes = claims.scope.split(' ').includes('write')
    const expires_at = claims.exp
    if (claims.gid === undefined) {
      const [row] = await db.read
        .select({ client: oauth_clients, tenant: tenants })
        .from(oauth_clients)
        .innerJoin(tenants, eq(tenants.id, oauth_clients.tenant_id))
        .where(and(eq(oauth_clients.id, claims.sub), eq(oauth_clients.tenant_id, claims.tid)))
      // What was taken from the client since counts at once.
      if (!row?.client.grant_types.includes('client_credentials')) return undefined
      const { id, name: label, role, scopes } = row.client
      const scope = writes && scopes.includes('write') ? 'full' : 'read'
      return {
        tenant: tenantOf(row.tenant),
        actor: { kind: 'client', id, label, role, scope, instance_admin: false },
        expires_at,
      }
    }
    const [grant] = await db.read
      .select()
      .from(oauth_grants)
      .where(and(eq(oauth_grants.id, claims.gid), isNull(oauth_grants.revoked_at)))
    if (grant?.user_id !== claims.sub || grant.tenant_id !== claims.tid) return undefined
    const member = await memberOf(grant.user_id, grant.tenant_id)
    // Whoever left and came back has to allow it anew; whoever is about to go for good allows nothing any more.
    if (!member || grant.created_at < member.since || isLeaving(member)) return undefined
    if (stale(grant.last_used_at)) {
      const seen = { last_used_at: isoAt(clock.now()) }
      await db.tx((tx) => tx.update(oauth_grants).set(seen).where(eq(oauth_grants.id, grant.id)))
    }
    return { ...identityOf(member, { kind: 'jwt', scope: writes ? 'full' : 'read', mfa: grant.mfa }), expires_at }
  }

  function lookUp({ kind, value }: Carried, address?: string): Promise<Identity | undefined> | undefined {
    if (kind === 'cookie') return byCookie(value)
    if (API_TOKEN.test(value)) return byApiToken(value, address)
    if (PROBER_TOKEN.test(value)) return byProberToken(value)
    return JWT.test(value) ? byJwt(value) : undefined
  }

  /** The credential a request carries; a Bearer header (or X-Api-Key) wins over a cookie, even when it is wrong. */
  function carried(headers: Headers, queryToken?: string | null): Carried | undefined {
    const bearer = headers.get('authorization')
    if (bearer !== null) return { kind: 'token', value: bearer.replace(/^Bearer\s+/i, '').trim() }
    // As clients of Healthchecks send it. Proxies set such headers for reasons of their own: only what could be ours counts.
    const key = headers.get('x-api-key')?.trim()
    if (key && API_TOKEN.test(key)) return { kind: 'token', value: key }
    if (queryToken) return { kind: 'token', value: queryToken }
    const cookie = sessions.cookieIn(headers)
    return cookie ? { kind: 'cookie', value: cookie } : undefined
  }

  async function known(credential: Carried, address?: string): Promise<Identity | undefined> {
    const key = `${credential.kind}:${sha256(credential.value)}`
    const kept = remembered.get(key)
    if (kept && kept.until > clock.now()) return kept.identity
    const asked = era
    const identity = await lookUp(credential, address)
    if (!identity || asked !== era) return identity
    if (remembered.size > MOST_REMEMBERED) remembered.clear()
    const until = Math.min(clock.now() + REMEMBER_MS, (identity.expires_at ?? Number.POSITIVE_INFINITY) * 1000)
    // A renewed cookie is sent once; only what stays the same is remembered.
    remembered.set(key, { identity: { ...identity, set_cookie: undefined }, until })
    return identity
  }

  return {
    ...sessions,
    ...tokenVerbs,
    accessTokens,
    carried,
    /**
     * Who asks, or nobody; a token used from an address it is not meant for is nobody's. Answers from memory for a few
     * seconds; every revocation empties that memory (`change()`).
     */
    async identify(
      headers: Headers,
      { address, queryToken }: { address?: string; queryToken?: string | null } = {},
    ): Promise<Identity | undefined> {
      const credential = carried(headers, queryToken)
      const identity = credential && (await known(credential, address))
      const outside = identity?.networks?.length ? !isWithin(address, identity.networks) : false
      return outside ? undefined : identity
    },
    forget,
  }
}
export type Credentials = ReturnType<typeof openCredentials>
