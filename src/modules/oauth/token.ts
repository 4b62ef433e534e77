import { and, eq, isNull, lt, or } from 'drizzle-orm'
import type { Writer } from '#db/client'
import { oauth_clients, oauth_codes, oauth_grants, oauth_refresh_tokens } from '#db/schema/oauth'
import { tenants } from '#db/schema/tenants'
import { ACCESS_TOKEN_S } from '#kernel/access-tokens'
import { found } from '#kernel/change'
import { isoAt } from '#kernel/clock'
import { type App, type Ctx, systemCtx } from '#kernel/context'
import { randomToken, sameText, sha256 } from '#kernel/secrets'
import type { Client } from './built-in'
import { OauthError, unkept } from './errors'
import { endGrant, endOf, type Grant } from './grants'
import { scopeOf } from './scopes'

/** A client that has proven who it is, what it sent, and from where. */
export type Call = { app: App; client: Client; form: Map<string, string>; address: string; request_id: string }

const REFRESH_MS = 30 * 86_400_000
/** A client that sends the same token twice at once (two tabs, a retry) is clumsy; one that comes later is a thief. */
const GRACE_MS = 10_000
const SEEN_EVERY_MS = 60_000

/** What a transaction found: it must not throw, or what it wrote would be undone. */
type Outcome = { grant: Grant; scope: string; refresh_token?: string } | { refused: string; stolen?: Grant }

function needed(form: Map<string, string>, name: string): string {
  const value = form.get(name)
  if (!value) throw new OauthError('invalid_request', `${name} is missing`)
  return value
}

/** The client itself, acting in a workspace. */
async function actingIn({ app, client, address, request_id }: Call, tenant_id: string): Promise<Ctx> {
  const { id, name: label, role } = client
  const tenant = found(await app.db.read.select().from(tenants).where(eq(tenants.id, tenant_id)))
  const actor = { kind: 'client' as const, id, label, role, scope: 'full' as const, instance_admin: false }
  return systemCtx(app, tenant, { actor, address, request_id })
}

export const endGrantFor = async (call: Call, grant: Grant) => {
  if (grant.revoked_at === null) await endGrant(await actingIn(call, grant.tenant_id), grant)
}

async function issue(
  { app }: Call,
  claims: { sub: string; client_id: string; scope: string; tid: string; gid?: string },
  refresh_token?: string,
) {
  const access_token = await app.credentials.accessTokens.sign(claims)
  const life = { token_type: 'Bearer', expires_in: ACCESS_TOKEN_S, scope: claims.scope }
  return Response.json({ access_token, ...life, ...(refresh_token && { refresh_token }) }, { headers: unkept })
}

async function settle(call: Call, outcome: Outcome): Promise<Response> {
  if ('refused' in outcome) {
    if (outcome.stolen) await endGrantFor(call, outcome.stolen)
    throw new OauthError('invalid_grant', outcome.refused)
  }
  const { grant, scope, refresh_token } = outcome
  const { id: gid, user_id: sub, tenant_id: tid } = grant
  return issue(call, { sub, client_id: call.client.id, scope, tid, gid }, refresh_token)
}

async function addRefresh({ app }: Call, tx: Writer, grant_id: string, scope: string) {
  const refresh_token = `xinex_refresh_${randomToken()}`
  const expires_at = isoAt(app.clock.now() + REFRESH_MS)
  await tx.insert(oauth_refresh_tokens).values({ hash: sha256(refresh_token), grant_id, scope, expires_at })
  return refresh_token
}

async function noteUse({ app, client }: Call, tx: Writer, grant?: Grant) {
  const last_used_at = isoAt(app.clock.now())
  if (grant) await tx.update(oauth_grants).set({ last_used_at }).where(eq(oauth_grants.id, grant.id))
  const stale = or(
    isNull(oauth_clients.last_used_at),
    lt(oauth_clients.last_used_at, isoAt(app.clock.now() - SEEN_EVERY_MS)),
  )
  await tx
    .update(oauth_clients)
    .set({ last_used_at })
    .where(and(eq(oauth_clients.id, client.id), stale))
}

/**
 * RFC 6749 section 4.1.3 with RFC 7636. A code is spent by its rightful use alone: who lacks the verifier cannot spend
 * it for others. Sent again afterwards, it ends all that came of it.
 */
async function exchangeCode(call: Call): Promise<Response> {
  const { app, client, form } = call
  const hash = sha256(needed(form, 'code'))
  const challenge = new Bun.CryptoHasher('sha256').update(needed(form, 'code_verifier')).digest('base64url')
  const redirect_uri = form.get('redirect_uri')
  const outcome = await app.db.tx(async (tx): Promise<Outcome> => {
    const [row] = await tx
      .select({ code: oauth_codes, grant: oauth_grants })
      .from(oauth_codes)
      .innerJoin(oauth_grants, eq(oauth_grants.id, oauth_codes.grant_id))
      .where(eq(oauth_codes.hash, hash))
    if (row?.grant.client_id !== client.id) return { refused: 'The code is not known' }
    const { code, grant } = row
    if (code.used_at !== null) return { refused: 'The code was used before', stolen: grant }
    if (Date.parse(code.expires_at) <= app.clock.now()) return { refused: 'The code is older than a minute' }
    // OAuth 2.1 leaves the address out of this request; where it is sent, it has to be the same (RFC 6749 4.1.3).
    if (redirect_uri !== undefined && redirect_uri !== code.redirect_uri)
      return { refused: 'The code was given for another redirect_uri' }
    if (!sameText(challenge, code.challenge)) return { refused: 'code_verifier does not fit the code_challenge' }
    const end = await endOf(tx, grant)
    if (end) return { refused: end }
    await tx
      .update(oauth_codes)
      .set({ used_at: isoAt(app.clock.now()) })
      .where(eq(oauth_codes.hash, hash))
    const renews = client.grant_types.includes('refresh_token')
    const refresh_token = renews ? await addRefresh(call, tx, grant.id, grant.scope) : undefined
    await noteUse(call, tx, grant)
    return { grant, scope: grant.scope, refresh_token }
  })
  return settle(call, outcome)
}

/**
 * RFC 6749 section 6, with rotation: each refresh token is good once. Looking, claiming and the next one are one
 * transaction, so of many requests with one token exactly one wins. The losers lose nothing else, unless they come
 * after the grace: then somebody has a copy, nobody can tell who, and the grant ends.
 */
async function refresh(call: Call): Promise<Response> {
  const { app, client, form } = call
  const hash = sha256(needed(form, 'refresh_token'))
  const at = app.clock.now()
  const outcome = await app.db.tx(async (tx): Promise<Outcome> => {
    const [row] = await tx
      .select({ token: oauth_refresh_tokens, grant: oauth_grants })
      .from(oauth_refresh_tokens)
      .innerJoin(oauth_grants, eq(oauth_grants.id, oauth_refresh_tokens.grant_id))
      .where(eq(oauth_refresh_tokens.hash, hash))
    if (row?.grant.client_id !== client.id) return { refused: 'The refresh token is not known' }
    const { token, grant } = row
    if (token.used_at !== null) {
      const late = at - Date.parse(token.used_at) > GRACE_MS
      return { refused: 'The refresh token was used before', ...(late && { stolen: grant }) }
    }
    if (Date.parse(token.expires_at) <= at) return { refused: 'The refresh token has expired' }
    const end = await endOf(tx, grant)
    if (end) return { refused: end }
    const allowed = token.scope.split(' ').filter((one) => client.scopes.includes(one))
    if (allowed.length === 0) return { refused: 'The client is no longer registered for what was allowed' }
    const scope = form.get('scope') ? scopeOf(form.get('scope'), allowed) : allowed.join(' ')
    // The next one allows as much as this one did, however little is asked for now (RFC 6749 section 6).
    const refresh_token = await addRefresh(call, tx, grant.id, token.scope)
    const used = { used_at: isoAt(at) }
    const unused = and(eq(oauth_refresh_tokens.hash, hash), isNull(oauth_refresh_tokens.used_at))
    found(await tx.update(oauth_refresh_tokens).set(used).where(unused).returning())
    await noteUse(call, tx, grant)
    return { grant, scope, refresh_token }
  })
  return settle(call, outcome)
}

/** RFC 6749 section 4.4: the client acts for itself, with the role it was registered with. */
async function clientCredentials(call: Call): Promise<Response> {
  const { app, client, form } = call
  if (client.tenant_id === null || client.secret_hash === null)
    throw new OauthError('unauthorized_client', 'Only a client with a secret can act for itself')
  const scope = scopeOf(form.get('scope'), client.scopes)
  await app.db.tx((tx) => noteUse(call, tx))
  return issue(call, { sub: client.id, client_id: client.id, scope, tid: client.tenant_id })
}

const kinds: Record<string, (call: Call) => Promise<Response>> = {
  authorization_code: exchangeCode,
  refresh_token: refresh,
  client_credentials: clientCredentials,
}

/** The token endpoint (RFC 6749 section 3.2). */
export async function token(call: Call): Promise<Response> {
  const name = needed(call.form, 'grant_type')
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined
  if (!kind) throw new OauthError('unsupported_grant_type', `Use one of ${Object.keys(kinds).join(', ')}`)
  if (!call.client.grant_types.includes(name))
    throw new OauthError('unauthorized_client', `This client is not registered for ${name}`)
  return kind(call)
}
