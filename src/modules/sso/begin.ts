import { eq } from 'drizzle-orm'
import { sso_connections } from '#db/schema/sso'
import type { App } from '#kernel/context'
import { fail } from '#kernel/fail'
import { requirePermission } from '#kernel/guard'
import { originOf } from '#kernel/origin'
import { metaOf } from '#kernel/request'
import { randomToken, sha256 } from '#kernel/secrets'
import { redirectProblem } from '#modules/auth/service'
import { type Connection, isComplete, trustOf } from './connection'
import { discover } from './domains'
import { saml } from './library'
import { keep } from './messages'
import type { LoginQuery } from './schema'

/** What a request waits with for its answer. */
export type Flow = {
  kind: 'sign_in' | 'link' | 'test'
  /** SHA-256 of the cookie of the browser that began; only that browser ends it. Nobody's for a test. */
  browser?: string
  /** Who links themselves, or tests. */
  user_id?: string
  return_to?: string
}
const REQUEST_S = 900
const COOKIE = 'xinex_sso'

export const requestKey = (connection_id: string, relay: string) => `${connection_id}:request:${sha256(relay)}`

/** The address at the identity provider to send a browser to. What it carries back for us is only a random key. */
export async function startRequest(app: App, connection: Connection, flow: Flow): Promise<string> {
  const { signedRequest } = await saml()
  const relay = randomToken()
  return signedRequest(trustOf(app, connection), relay, (request_id) =>
    keep(app, requestKey(connection.id, relay), { ...flow, request_id }, REQUEST_S),
  )
}

/** The mark of the browser that began, when it has one. */
export const markOf = (request: Request) =>
  /(?:^|;\s*)xinex_sso=([\w-]{43})(?:;|$)/.exec(request.headers.get('cookie') ?? '')?.[1]

/** Marks the browser that begins; several tabs share the mark. */
function markBrowser(app: App, request: Request): string {
  const token = markOf(request) ?? randomToken()
  const secure = originOf(app.config).startsWith('https://') ? '; Secure' : ''
  const cookie = `${COOKIE}=${token}; Path=/api/v1/sso; HttpOnly; SameSite=Lax; Max-Age=${REQUEST_S}${secure}`
  metaOf(request).cookies.push(cookie)
  return sha256(token)
}

const wantsJson = (request: Request) => /\bapplication\/json\b/.test(request.headers.get('accept') ?? '')

function nobody(request: Request): Response {
  if (wantsJson(request)) throw fail('NOT_FOUND', { message: 'There is no single sign-on for this address' })
  return redirectProblem('no_sso')
}

/**
 * Whether a link elsewhere led here. Linking must begin on our own pages: a browser that somebody else signed in to the
 * identity provider would link that person's account there to this one.
 */
function fromElsewhere(app: App, request: Request): boolean {
  const site = request.headers.get('sec-fetch-site')
  if (site) return site !== 'same-origin' && site !== 'none'
  const referer = request.headers.get('referer')
  if (!referer) return false
  const ours = [originOf(app.config), new URL(request.url).origin]
  return !URL.canParse(referer) || !ours.includes(new URL(referer).origin)
}

async function connectionOfTenant({ db }: App, tenant_id: string) {
  const [row] = await db.read.select().from(sso_connections).where(eq(sso_connections.tenant_id, tenant_id))
  return row?.enabled ? row : undefined
}

async function beginLink(app: App, request: Request): Promise<Flow & { connection?: Connection }> {
  const identity = await metaOf(request).identify()
  if (!identity) throw fail('UNAUTHORIZED')
  requirePermission(app, identity, 'self:secure', new URL(request.url).pathname)
  if (fromElsewhere(app, request))
    throw fail('FORBIDDEN', { message: 'Linking begins on the page of your settings, not on a link from elsewhere' })
  const connection = await connectionOfTenant(app, identity.tenant.id)
  return { kind: 'link', user_id: identity.actor.id, connection }
}

/** Sends the browser to the identity provider of the workspace that the address, the slug or the session belongs to. */
export async function begin(app: App, { link, return_to, ...who }: LoginQuery, request: Request): Promise<Response> {
  const { connection, ...flow } = link
    ? await beginLink(app, request)
    : { kind: 'sign_in' as const, return_to, connection: await discover(app, who) }
  if (!connection || !isComplete(connection)) return nobody(request)
  const url = await startRequest(app, connection, { ...flow, browser: markBrowser(app, request) })
  const headers = { location: url, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' }
  return new Response(null, { status: 302, headers })
}
