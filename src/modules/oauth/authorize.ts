import { eq } from 'drizzle-orm'
import { users } from '#db/schema/auth'
import { memberships } from '#db/schema/tenants'
import type { App, Ctx } from '#kernel/context'
import type { Identity } from '#kernel/credentials'
import { fail } from '#kernel/fail'
import { takesStrangers } from '#kernel/guard'
import { metaOf } from '#kernel/request'
import { openFlow, seeOther } from '#modules/auth/service'
import type { Client } from './built-in'
import { findClient } from './client-auth'
import { OauthError } from './errors'
import { type Asked, grant, remembers } from './grants'
import { permits, withParameters } from './redirects'
import { scopeOf } from './scopes'

const CONSENT_S = 600
/** As much as survives the way over the sign-in page, and as much as any client sends. */
const MOST_CHARS = 2_000
/** SHA-256 in base64url (RFC 7636 section 4.2). */
const CHALLENGE = /^[A-Za-z0-9_-]{43}$/

const problems = {
  unknown_client: ['invalid_client', 'The program that sent you here is not known to this Xinex'],
  redirect_mismatch: ['invalid_request', 'The redirect_uri is not registered for this client'],
} as const

/**
 * Whom we do not know gets nobody sent to them: a person reads it here, a program hears 400. `error` is the word of
 * RFC 6749, which whoever builds a client looks for there.
 */
function unusable(request: Request, problem: keyof typeof problems): Response {
  if (request.headers.get('accept')?.includes('text/html')) return seeOther(`/consent?problem=${problem}`)
  const [message, error_description] = problems[problem]
  throw fail('BAD_REQUEST', { message, details: { problem, error_description } })
}

/** The parameters that make an answer possible to give, or not at all. */
function readRequest(query: URLSearchParams, client: Client) {
  for (const name of new Set(query.keys()))
    if (query.getAll(name).length > 1) throw new OauthError('invalid_request', 'A parameter was sent twice')
  const wrong = (message: string) => new OauthError('invalid_request', message)
  if (!query.has('response_type')) throw wrong('response_type is missing')
  if (query.get('response_type') !== 'code')
    throw new OauthError('unsupported_response_type', 'The only response_type is code')
  if ((query.get('response_mode') ?? 'query') !== 'query') throw wrong('The only response_mode is query')
  if (String(query).length > MOST_CHARS) throw wrong(`The request is longer than ${MOST_CHARS} characters`)
  if (!client.grant_types.includes('authorization_code'))
    throw new OauthError('unauthorized_client', 'This client is not registered for authorization_code')
  const challenge = query.get('code_challenge') ?? ''
  if (query.get('code_challenge_method') !== 'S256' || !CHALLENGE.test(challenge))
    throw wrong('PKCE is needed: a code_challenge with code_challenge_method=S256')
  const prompt = (query.get('prompt') ?? '').split(' ').filter(Boolean)
  if (prompt.includes('none') && prompt.length > 1) throw wrong('prompt=none goes with no other prompt')
  return { challenge, prompt, scope: scopeOf(query.get('scope') ?? undefined, client.scopes) }
}

/** Throws unless this person may give this client access to the workspace they are in. */
export async function requireStanding({ app, db, tenant, actor }: Ctx, client: Client) {
  const denied = (message: string) => new OauthError('access_denied', message)
  if (client.tenant_id !== null && client.tenant_id !== tenant.id) {
    const mine = await db
      .select({ tenant_id: memberships.tenant_id })
      .from(memberships)
      .where(eq(memberships.user_id, actor.id))
    throw denied(
      mine.some(({ tenant_id }) => tenant_id === client.tenant_id)
        ? 'This program belongs to another of your workspaces: switch to it in Xinex, then try again'
        : 'You are not a member of the workspace that this program belongs to',
    )
  }
  const [user] = await db.select().from(users).where(eq(users.id, actor.id))
  if (user?.deletes_at !== null) throw denied('Your account is about to be deleted')
  if (user.email_verified_at === null && takesStrangers(app.config))
    throw denied('Confirm your e-mail address first, then try again')
  if (tenant.require_mfa && !actor.mfa)
    throw denied('This workspace asks for a second factor: set one up in Xinex, then try again')
}

const ctxOf = (app: App, request: Request, { tenant, actor }: Identity): Ctx => {
  const { address, request_id } = metaOf(request)
  return { ...{ app, tenant, actor, address, request_id }, db: app.db.read, now: app.clock.now }
}

/** Where the person goes with the answer; `iss` says who gives it (RFC 9207). */
export const answerTo = (
  { credentials }: App,
  { redirect_uri, state }: Pick<Asked, 'redirect_uri' | 'state'>,
  answer: { code: string } | OauthError,
) => {
  const said =
    answer instanceof OauthError ? { error: answer.code, error_description: answer.message } : { code: answer.code }
  return withParameters(redirect_uri, { ...said, state, iss: credentials.accessTokens.issuer })
}

/**
 * The authorization endpoint (RFC 6749 section 4.1.1). A GET grants nothing that was not allowed before: what is new
 * waits in a flow until the person says so on the consent page.
 */
export async function authorize(app: App, request: Request): Promise<Response> {
  const { pathname, search, searchParams: query } = new URL(request.url)
  const single = (name: string) => (query.getAll(name).length === 1 ? (query.get(name) ?? undefined) : undefined)
  const client = await findClient(app, single('client_id'))
  if (!client) return unusable(request, 'unknown_client')
  const redirect_uri = single('redirect_uri')
  if (redirect_uri === undefined || !client.redirect_uris.some((known) => permits(known, redirect_uri)))
    return unusable(request, 'redirect_mismatch')
  const state = single('state')
  try {
    const { challenge, prompt, scope } = readRequest(query, client)
    const identity = await metaOf(request).identify()
    if (identity?.actor.kind !== 'session') {
      if (prompt.includes('none')) throw new OauthError('login_required', 'Nobody is signed in')
      return seeOther(`/sign-in?return=${encodeURIComponent(pathname + search)}`)
    }
    const ctx = ctxOf(app, request, identity)
    await requireStanding(ctx, client)
    const user_id = ctx.actor.id
    const asked: Asked = {
      client_id: client.id,
      redirect_uri,
      scope,
      challenge,
      state,
      user_id,
      tenant_id: ctx.tenant.id,
    }
    // Anybody can call themselves by the name of a public client, so what it was allowed before says nothing.
    const known = client.secret_hash !== null && !prompt.includes('consent') && (await remembers(ctx, asked, client))
    if (known) return seeOther(answerTo(app, asked, { code: await grant(ctx, asked) }))
    if (prompt.includes('none')) throw new OauthError('consent_required', 'The person has to be asked')
    const token = await openFlow(app, 'oauth_consent', asked, { life_s: CONSENT_S, user_id })
    return seeOther(`/consent?request=${token}`)
  } catch (error) {
    if (error instanceof OauthError) return seeOther(answerTo(app, { redirect_uri, state }, error))
    throw error
  }
}
