import type { App, Ctx } from '#kernel/context'
import { fail } from '#kernel/fail'
import { originOf } from '#kernel/origin'
import { metaOf } from '#kernel/request'
import { randomToken, sha256 } from '#kernel/secrets'
import { redirectProblem, requireProof } from '#modules/auth/service'
import { type Connection, isComplete, ownConnection, trustOf } from './connection'
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

/** Sends the browser to the identity provider of the workspace that the address or the slug belongs to. */
export async function begin(app: App, { return_to, ...who }: LoginQuery, request: Request): Promise<Response> {
  const connection = await discover(app, who)
  if (!connection || !isComplete(connection)) return nobody(request)
  const flow = { kind: 'sign_in' as const, return_to, browser: markBrowser(app, request) }
  const url = await startRequest(app, connection, flow)
  const headers = { location: url, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' }
  return new Response(null, { status: 302, headers })
}

/**
 * Where the browser goes to prove who its person is at the identity provider of their workspace. Asked for with proof, and
 * never by a link: a browser that somebody else signed in there would link that person's account to this one.
 */
export async function beginLink(ctx: Ctx, current_password: string | undefined, request: Request) {
  await requireProof(ctx, current_password)
  const connection = await ownConnection(ctx)
  if (!connection.enabled || !isComplete(connection)) throw fail('NOT_FOUND')
  const flow = { kind: 'link' as const, user_id: ctx.actor.id, browser: markBrowser(ctx.app, request) }
  return { url: await startRequest(ctx.app, connection, flow) }
}
