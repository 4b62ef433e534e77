import { envelope } from '#db/query'
import type { App, Ctx } from '#kernel/context'
import { fail, invalid } from '#kernel/fail'
import { metaOf } from '#kernel/request'
import { type Directory, enter, requireProof, type Where, whereOf } from '#modules/auth/service'
import { enabledProviders, type Provider } from '#modules/sign-in-providers/service'
import { type Claims, SignInError } from '#sign-in/define'
import { type Arrival, arrive } from './arrive'
import { begin, howOf, noteFailure, redirectingProvider } from './round-trip'
import type { LinkDraft, Native } from './schema'

export { list, unlink, unlinkAll } from './linked'
export { finish, repeatAsGet, start } from './round-trip'

/** Where people can be sent to sign in; for the buttons of the sign-in page. */
export async function providers(app: App) {
  const items = (await enabledProviders(app))
    .filter(({ plugin }) => plugin.flow === 'redirect')
    .map(({ slug, name, kind }) => ({ slug, provider: slug, name, kind, url: `/api/v1/auth/oauth/${slug}` }))
  return envelope(items, items.length, { page: 1, per_page: 100 })
}

const sentences = {
  account_exists: 'There is already an account with your e-mail address: sign in to it the way you did before',
  email_missing: 'An account needs an e-mail address, and none came with your sign-in',
  no_account: 'You have no account here; ask for an invitation',
}

/** The account of somebody whom a provider vouches for, when the answer is for a program and not for a browser. */
function requireAccount(arrival: Arrival) {
  if (!('problem' in arrival)) return arrival
  const { problem } = arrival
  throw fail(problem === 'account_exists' ? 'CONFLICT' : 'FORBIDDEN', {
    message: sentences[problem],
    details: { problem },
  })
}

async function enterAs(app: App, provider: Provider, claims: Claims, where: Where) {
  const { user_id, tenant_id } = requireAccount(await arrive(app, provider, claims, where))
  return enter(app, user_id, howOf(provider, claims, tenant_id), where)
}

const silent = () =>
  fail('SERVICE_UNAVAILABLE', { message: 'Whoever vouches for you does not answer; try again in a moment' })

/** Asks one after the other until one knows the person. Throws 503 when none does and one could not say. */
async function firstToVouch(
  app: App,
  candidates: Provider[],
  ask: (provider: Provider) => Promise<Claims | undefined>,
): Promise<{ provider: Provider; claims: Claims } | undefined> {
  let unreachable = false
  for (const provider of candidates)
    try {
      const claims = await ask(provider)
      if (claims) return { provider, claims }
    } catch (error) {
      if (!(error instanceof SignInError)) throw error
      noteFailure(app, provider, error)
      unreachable ||= error.reason === 'unreachable'
    }
  if (unreachable) throw silent()
  return undefined
}

/** The directories of this appliance, for the form that takes a name and a password. */
export const directoryOf =
  (app: App): Directory =>
  async (name, password, where) => {
    const env = { now: app.clock.now }
    const found = await firstToVouch(app, await enabledProviders(app), async ({ plugin, settings }) =>
      plugin.flow === 'password' ? plugin.signIn({ settings: settings(), name, password, env }) : undefined,
    )
    if (!found) return undefined
    return requireAccount(await arrive(app, found.provider, found.claims, where)).user_id
  }

/** In for whomever a named proxy says it has signed in. Judged by the other end of the connection, which nobody can forge. */
export async function enterByProxy(app: App, request: Request) {
  const { peer } = metaOf(request)
  const { headers } = request
  const found = await firstToVouch(app, await enabledProviders(app), async ({ plugin, settings }) =>
    plugin.flow === 'header' ? plugin.read({ settings: settings(), headers, peer }) : undefined,
  )
  if (!found) throw fail('UNAUTHORIZED', { message: 'No proxy that is known here has signed you in' })
  return enterAs(app, found.provider, found.claims, whereOf(request))
}

/** In with an id_token that a phone app got from its own system. The name comes with the first sign-in only. */
export async function enterNatively(app: App, candidates: Provider[], { id_token, nonce, name }: Native, where: Where) {
  const env = { now: app.clock.now }
  const found = await firstToVouch(app, candidates, async ({ plugin, settings }) =>
    plugin.flow === 'redirect' ? plugin.native?.({ settings: settings(), id_token, nonce, env }) : undefined,
  )
  if (!found) throw fail('UNAUTHORIZED', { message: 'This token was not made for this appliance, or is too old' })
  const { provider, claims } = found
  return enterAs(app, provider, { ...claims, name: claims.name ?? name?.trim() }, where)
}

export async function enterWithApple(app: App, draft: Native, request: Request) {
  const candidates = (await enabledProviders(app)).filter(({ kind }) => kind === 'apple')
  if (candidates.length === 0) throw fail('NOT_FOUND')
  return enterNatively(app, candidates, draft, whereOf(request))
}

/** Where the browser goes to prove that an account there belongs to the person who is signed in here. */
export async function beginLink(ctx: Ctx, { provider: slug, current_password }: LinkDraft, request: Request) {
  await requireProof(ctx, current_password)
  const { app, actor } = ctx
  const provider = await redirectingProvider(app, slug)
  if (!provider) throw invalid({ provider: 'is not a provider that accounts can be linked to' })
  if (!actor.session_id) throw fail('FORBIDDEN')
  const link = { user_id: actor.id, session_id: actor.session_id }
  try {
    const url = await begin(app, provider, request, { return_to: '/settings/security', link })
    return { url: url.href }
  } catch (error) {
    if (!(error instanceof SignInError)) throw error
    noteFailure(app, provider, error)
    throw silent()
  }
}
