import { eq } from 'drizzle-orm'
import { sso_connections } from '#db/schema/sso'
import { found } from '#kernel/change'
import type { App } from '#kernel/context'
import { AppError, invalid } from '#kernel/fail'
import { hasPermission } from '#kernel/guard'
import { metaOf } from '#kernel/request'
import { randomToken, sha256 } from '#kernel/secrets'
import { enter, redirectInto, redirectProblem, seeOther, whereOf } from '#modules/auth/service'
import { homeOf } from '#modules/tenants/service'
import { admit, linkTo } from './admit'
import { type CheckName, judge, type Verdict } from './answer'
import { type Flow, markOf, requestKey } from './begin'
import { type Claims, claimsOf } from './claims'
import { type Connection, trustOf } from './connection'
import { saml } from './library'
import { isNew, keep, take } from './messages'
import { keepTest } from './trial'

/** What a believed answer waits with for its browser. */
type Arrived = Flow & { claims: Claims }

const ANSWER_S = 120
/** A replay has to be known for as long as the assertion could still be taken. */
const LEAST_MEMORY_MS = 3_600_000

const answerKey = (connection_id: string, code: string) => `${connection_id}:answer:${sha256(code)}`
const assertionKey = (connection_id: string, id: string) => `${connection_id}:assertion:${sha256(id)}`

async function connectionOf({ db }: App, id: string): Promise<Connection> {
  return found(await db.read.select().from(sso_connections).where(eq(sso_connections.id, id)))
}

/** What the identity provider has to know of us; also before the connection is complete, because that comes first. */
export async function metadata(app: App, id: string): Promise<Response> {
  const connection = await connectionOf(app, id)
  const { metadataXml } = await saml()
  const headers = { 'content-type': 'application/samlmetadata+xml' }
  return new Response(metadataXml(trustOf(app, connection), id), { headers })
}

/** The verdict on an answer, and that it came for the first time: an assertion is taken once. */
async function verdictOn(app: App, connection: Connection, response: string, request_id: string): Promise<Verdict> {
  const trust = trustOf(app, connection)
  const verdict = await judge(trust, { response, request_id, now: app.clock.now })
  const { ok, facts, checks } = verdict
  if (!ok || !facts) return { ...verdict, ok: false }
  const until = Math.max(app.clock.now() + LEAST_MEMORY_MS, facts.over_at + 60_000)
  const first = await isNew(app, assertionKey(connection.id, facts.id), Math.min(until, LATEST))
  const message = first ? '' : 'This very assertion was taken before'
  return {
    facts,
    ok: first,
    checks: checks.map((one) => (one.check === 'replay' ? { ...one, ok: first, message } : one)),
  }
}
/** The last instant that a date can hold. */
const LATEST = 8_640_000_000_000_000

/**
 * Takes an answer of the identity provider. It comes from another site, so without cookies: what binds it is the key it
 * carries back (good once) and the id of our request. Nobody is signed in yet; that happens when the browser that began
 * comes back for it with its cookie (`arrive`).
 */
export async function answered(app: App, id: string, request: Request): Promise<Response> {
  const { form = new URLSearchParams() } = metaOf(request)
  const [response, relay] = [form.get('SAMLResponse'), form.get('RelayState')]
  const connection = await connectionOf(app, id)
  if (!response) throw invalid({ SAMLResponse: 'is missing' })
  const refused = (check: CheckName | 'flow', reason: string) =>
    app.log.warn('single sign-on was refused', { connection: id, tenant: connection.tenant_id, check, reason })
  const flow = relay ? await take<Flow & { request_id: string }>(app, requestKey(id, relay)) : undefined
  if (!flow) {
    refused('flow', 'The answer belongs to no request of ours: it was not asked for, came twice or came too late')
    return redirectProblem('expired')
  }
  if (!connection.enabled && flow.kind !== 'test') return redirectProblem('no_sso')
  const { request_id, ...rest } = flow
  const verdict = await verdictOn(app, connection, response, request_id)
  if (flow.kind === 'test') {
    await keepTest(app, connection, verdict)
    return seeOther('/settings/sso?tested=1')
  }
  if (!verdict.ok || !verdict.facts) {
    const { check, message } = verdict.checks.find(({ ok }) => ok === false) ?? { check: 'response', message: '' }
    refused(check, message)
    return redirectProblem(check === 'status' ? 'cancelled' : 'failed')
  }
  const code = randomToken()
  const arrived: Arrived = { ...rest, claims: claimsOf(verdict.facts, connection) }
  await keep(app, answerKey(id, code), arrived, ANSWER_S)
  return seeOther(`/api/v1/sso/acs/${id}?code=${code}`)
}

/** Links the account that is still signed in here, as it was when this began. */
async function finishLink(app: App, connection: Connection, { claims, user_id }: Arrived, request: Request) {
  const identity = await metaOf(request).identify()
  if (!identity || !user_id || identity.actor.id !== user_id) return redirectProblem('expired')
  const member = await homeOf(app.db.read, user_id, connection.tenant_id)
  if (!member || !hasPermission(app, identity, 'self:secure', '')) return redirectProblem('expired')
  const linked = await linkTo(app, connection, claims, user_id, whereOf(request))
  return linked ? seeOther('/settings/security?linked=sso') : redirectProblem('already_linked')
}

/** The browser that began fetches what its answer opened: a session, or the link it asked for. */
export async function arrive(app: App, id: string, code: string, request: Request): Promise<Response> {
  const connection = await connectionOf(app, id)
  const arrived = await take<Arrived>(app, answerKey(id, code))
  const mark = markOf(request)
  // Somebody else's answer must not sign this browser in: what is done here would be done in their account.
  if (!arrived || !connection.enabled || !mark || sha256(mark) !== arrived.browser) return redirectProblem('expired')
  if (arrived.kind === 'link') return finishLink(app, connection, arrived, request)
  const where = whereOf(request)
  try {
    const { user_id, problem } = await admit(app, connection, arrived.claims, where)
    if (!user_id) return redirectProblem(problem ?? 'failed')
    // Anybody with a workspace has an identity provider, and can lay a link that begins there: nobody who works here may
    // find themselves in another person's account without having signed out.
    const before = await metaOf(request).identify()
    if (before && before.actor.id !== user_id) return redirectProblem('signed_in')
    const how = { method: 'saml', mfa: true, bound: true, tenant_id: connection.tenant_id }
    return redirectInto(request, await enter(app, user_id, how, where), arrived.return_to ?? '')
  } catch (error) {
    // Two first sign-ins of one person at the same moment: the next try finds the account.
    if (error instanceof AppError && error.code === 'CONFLICT') return redirectProblem('failed')
    throw error
  }
}
