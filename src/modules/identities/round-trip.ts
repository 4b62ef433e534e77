import type { App, Ctx } from '#kernel/context'
import { AppError, fail } from '#kernel/fail'
import { metaOf } from '#kernel/request'
import { randomToken, sameText, sha256 } from '#kernel/secrets'
import {
  enter,
  localPath,
  openFlow,
  type Problem,
  redirectInto,
  redirectProblem,
  seeOther,
  takeFlow,
  whereOf,
} from '#modules/auth/service'
import { callbackOf, type Provider, providerBySlug } from '#modules/sign-in-providers/service'
import { type Claims, type RedirectSignIn, SignInError } from '#sign-in/define'
import { arrive } from './arrive'
import { linkByHand } from './linked'

/** How long somebody may take at the provider. */
const LIFE_S = 600
const COOKIE = 'xinex_flow'
const PATH = '/api/v1/auth/oauth'

/** What waits under `state` while the browser is at the provider. */
type Flow = {
  provider_id: string
  nonce: string
  verifier: string
  /** SHA-256 of the cookie of the browser that began: with another one, somebody is being signed in as somebody else. */
  browser: string
  return_to: string
  /** To be linked to this account, by the session that asked, instead of signed in. */
  link?: { user_id: string; session_id: string }
}

type Redirecting = Provider & { plugin: RedirectSignIn }
const isRedirecting = (provider: Provider | undefined): provider is Redirecting => provider?.plugin.flow === 'redirect'

const cookieOf = (request: Request) =>
  /(?:^|;\s*)xinex_flow=([\w-]{43})(?:;|$)/.exec(request.headers.get('cookie') ?? '')?.[1]

function remember({ config }: App, request: Request, value: string) {
  const secure = config.publicUrl?.startsWith('https://') ? '; Secure' : ''
  metaOf(request).cookies.push(`${COOKIE}=${value}; Path=${PATH}; HttpOnly; SameSite=Lax; Max-Age=${LIFE_S}${secure}`)
}

/** For the operator; the person hears only that it did not work. */
export const noteFailure = ({ log }: Pick<App, 'log'>, { slug, kind }: Provider, { reason, message }: SignInError) =>
  reason === 'cancelled'
    ? log.info('somebody turned back at a sign-in provider', { provider: slug, kind })
    : log.warn('a sign-in provider could not be believed or reached', { provider: slug, kind, reason, error: message })

/** The provider to send somebody to; nothing when there is none of that name that people are sent to. */
export async function redirectingProvider(app: App, slug: string): Promise<Redirecting | undefined> {
  const provider = await providerBySlug(app, slug)
  return isRedirecting(provider) ? provider : undefined
}

type Wish = Pick<Flow, 'return_to' | 'link'>

/** Remembers what must be the same when the browser comes back, and answers where it goes. Throws SignInError. */
export async function begin(app: App, provider: Redirecting, request: Request, wish: Wish): Promise<URL> {
  // Two windows of one browser may sign in at once: they share the cookie.
  const browser = cookieOf(request) ?? randomToken()
  const [nonce, verifier] = [randomToken(), randomToken()]
  const flow: Flow = { ...wish, provider_id: provider.id, nonce, verifier, browser: sha256(browser) }
  const state = await openFlow(app, 'oauth_sign_in', flow, { life_s: LIFE_S, user_id: wish.link?.user_id })
  remember(app, request, browser)
  const redirect_uri = callbackOf(app, provider.slug)
  const env = { now: app.clock.now }
  return provider.plugin.start({ settings: provider.settings(), redirect_uri, state, nonce, verifier, env })
}

/** A browser is shown the sign-in page with the reason; a program hears 404. */
export async function start(app: App, slug: string, request: Request, return_to: string | undefined) {
  const provider = await redirectingProvider(app, slug)
  if (!provider) {
    if (!request.headers.get('accept')?.includes('text/html')) throw fail('NOT_FOUND')
    return redirectProblem('failed')
  }
  try {
    const url = await begin(app, provider, request, { return_to: localPath(return_to) })
    return seeOther(url.href)
  } catch (error) {
    if (!(error instanceof SignInError)) throw error
    noteFailure(app, provider, error)
    return redirectProblem('failed')
  }
}

/** What a provider sends; the rest of a form is not passed on. Longer than any provider's. */
const PASSED_ON = { code: 2048, state: 128, error: 128, iss: 512, user: 1024 } as const

/**
 * A provider that answers with a form posts it from its own site, and such a request carries no cookie of ours. The
 * browser asks once more by itself, with the cookie and the same values.
 */
export function repeatAsGet(slug: string, request: Request): Response {
  const form = metaOf(request).form ?? new URLSearchParams()
  const passed = new URLSearchParams()
  for (const [name, most] of Object.entries(PASSED_ON)) {
    const value = form.get(name)
    if (value !== null && value.length <= most) passed.set(name, value)
  }
  return seeOther(`${PATH}/${encodeURIComponent(slug)}/callback?${passed}`)
}

/** Who came back, or why nobody did. */
async function claimsOf(app: App, provider: Redirecting, flow: Flow, params: URLSearchParams) {
  const { nonce, verifier } = flow
  const redirect_uri = callbackOf(app, provider.slug)
  const job = { settings: provider.settings(), redirect_uri, nonce, verifier, params, env: { now: app.clock.now } }
  try {
    return await provider.plugin.finish(job)
  } catch (error) {
    if (!(error instanceof SignInError)) throw error
    noteFailure(app, provider, error)
    const problem: Problem = error.reason === 'cancelled' ? 'cancelled' : 'failed'
    return { problem }
  }
}

/** What the provider is trusted with: a second factor was used, or the operator's proxy has seen to that. */
export const howOf = ({ kind, plugin }: Provider, claims: Claims, tenant_id: string | undefined) => ({
  method: kind,
  mfa: plugin.flow === 'header' || (kind === 'oidc' && claims.mfa === true),
  ...(tenant_id !== undefined && { tenant_id }),
})

async function signIn(app: App, provider: Provider, claims: Claims, flow: Flow, request: Request): Promise<Response> {
  try {
    const arrival = await arrive(app, provider, claims, whereOf(request))
    if ('problem' in arrival) return redirectProblem(arrival.problem)
    const how = howOf(provider, claims, arrival.tenant_id)
    return redirectInto(request, await enter(app, arrival.user_id, how, whereOf(request)), flow.return_to)
  } catch (error) {
    // An account that belongs to no workspace any more.
    if (error instanceof AppError && error.code === 'FORBIDDEN') return redirectProblem('no_account')
    throw error
  }
}

/** Where a link is asked for is where its problems are told. */
const linkProblem = (problem: Problem) => seeOther(`/settings/security?problem=${problem}`)

async function linkTo(app: App, provider: Provider, claims: Claims, flow: Flow, request: Request): Promise<Response> {
  const { address, request_id, identify } = metaOf(request)
  const identity = await identify()
  const { actor, tenant } = identity ?? {}
  const same = actor?.kind === 'session' && actor.id === flow.link?.user_id && actor.session_id === flow.link.session_id
  if (!same || !tenant || actor.bound) return redirectProblem('expired')
  const ctx: Ctx = { app, db: app.db.read, now: app.clock.now, tenant, actor, address, request_id }
  if (!(await linkByHand(ctx, provider, claims))) return linkProblem('already_linked')
  return seeOther(`/settings/security?linked=${provider.slug}`)
}

/** The end of the round trip: signs the person in, or links the account there to the one here. */
export async function finish(app: App, slug: string, request: Request): Promise<Response> {
  const params = new URL(request.url).searchParams
  const state = params.get('state')
  const flow = state ? await takeFlow<Flow>(app, 'oauth_sign_in', state) : undefined
  const browser = cookieOf(request)
  if (!flow || !browser || !sameText(sha256(browser), flow.browser)) return redirectProblem('expired')
  const tell = flow.link ? linkProblem : redirectProblem
  const provider = await redirectingProvider(app, slug)
  if (!provider) return tell('failed')
  if (provider.id !== flow.provider_id) return tell('expired')
  const claims = await claimsOf(app, provider, flow, params)
  if ('problem' in claims) return tell(claims.problem)
  return flow.link ? linkTo(app, provider, claims, flow, request) : signIn(app, provider, claims, flow, request)
}
