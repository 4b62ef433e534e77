import { and, desc, eq, inArray } from 'drizzle-orm'
import type { Problem } from '#contract/problems'
import type { Writer } from '#db/client'
import { known_devices, users } from '#db/schema/auth'
import { change } from '#kernel/change'
import { type App, systemCtx } from '#kernel/context'
import { fail } from '#kernel/fail'
import { originOf } from '#kernel/origin'
import { metaOf } from '#kernel/request'
import { randomToken, sha256 } from '#kernel/secrets'
import { post } from '#modules/mails/service'
import { type Home, homeOf } from '#modules/tenants/service'
import { publicUser } from './accounts'
import { openFlow } from './flows'
import { secondFactorsOf } from './ways-in'

export type { Problem }
export type User = typeof users.$inferSelect

/** From where somebody asks; `device` is the cookie of a browser that was here before. */
export type Where = { address: string; request_id?: string; user_agent: string | null; device?: string }

export type How = {
  /** `password`, `passkey`, `saml`, or the kind of a sign-in provider. */
  method: string
  /** True when a second factor was proven, or the identity provider answers for it: none is asked for. */
  mfa?: boolean
  /** Vouched for by one workspace's identity provider: good for that workspace (`tenant_id`) and nothing else. */
  bound?: boolean
  tenant_id?: string
  /** What the password was compared with; when another has taken its place meanwhile, it proves nothing any more. */
  password_hash?: string
}

const DEVICE = 'xinex_device'
const DEVICE_S = 400 * 86_400 // The longest that browsers keep a cookie.
const MOST_DEVICES = 50
const MFA_FLOW_S = 600
export const MFA_ATTEMPTS = 5

/** What waits in an `mfa` flow while the second factor is asked for. */
export type PendingEntry = { user_id: string; how: How }

export function whereOf(request: Request): Where {
  const { address, request_id } = metaOf(request)
  const device = /(?:^|;\s*)xinex_device=([\w-]{20,64})(?:;|$)/.exec(request.headers.get('cookie') ?? '')?.[1]
  return { address, request_id, user_agent: request.headers.get('user-agent'), ...(device && { device }) }
}

/** Whether this browser was here before with this user; a new one is remembered, and its cookie is answered. */
async function recognise(app: App, tx: Writer, user: User, { device }: Where, at: string) {
  const devices = await tx
    .select()
    .from(known_devices)
    .where(eq(known_devices.user_id, user.id))
    .orderBy(desc(known_devices.last_seen_at))
  const mine = (hash: string) => and(eq(known_devices.user_id, user.id), eq(known_devices.hash, hash))
  const known = device && devices.find(({ hash }) => hash === sha256(device))
  if (known) {
    await tx.update(known_devices).set({ last_seen_at: at }).where(mine(known.hash))
    return { known: true, first: false, cookie: undefined }
  }
  // A browser that another person of the household uses keeps its cookie: it is known to each by itself.
  const token = device ?? randomToken()
  await tx.insert(known_devices).values({ user_id: user.id, hash: sha256(token), last_seen_at: at })
  const old = devices.slice(MOST_DEVICES - 1).map(({ hash }) => hash)
  if (old.length > 0)
    await tx.delete(known_devices).where(and(eq(known_devices.user_id, user.id), inArray(known_devices.hash, old)))
  const secure = app.config.publicUrl?.startsWith('https://') ? '; Secure' : ''
  const cookie = `${DEVICE}=${token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${DEVICE_S}${secure}`
  return { known: false, first: devices.length === 0, cookie }
}

/** Inside a transaction: whoever replaces the password either ends this session, or is seen here. */
async function requireCurrent(tx: Writer, { id }: User, { password_hash }: How) {
  if (password_hash === undefined) return
  const [user] = await tx.select({ password_hash: users.password_hash }).from(users).where(eq(users.id, id))
  if (user?.password_hash !== password_hash)
    throw fail('UNAUTHORIZED', { message: 'The password was changed meanwhile: sign in again' })
}

async function startSession(app: App, user: User, { tenant, role }: Home, how: How, where: Where) {
  const { method, mfa = false, bound = false } = how
  const session = await app.credentials.signIn(user.id, tenant.id, where, { method, mfa, bound })
  const { address, request_id } = where
  const actor = { kind: 'session' as const, id: user.id, label: user.name, role, scope: 'full' as const }
  const ctx = systemCtx(app, tenant, { actor: { ...actor, instance_admin: false }, address, request_id })
  let device_cookie: string | undefined
  const ended = (error: unknown) =>
    app.db
      .tx((tx) => app.credentials.endSession(tx, user.id, session.public_id))
      .then(() => Promise.reject(error as Error))
  await change(ctx, 'session.created', async ({ db, at }) => {
    await requireCurrent(db, user, how)
    // With the mail, or not at all: a device that is known is never told of again.
    const device = await recognise(app, db, user, where, at)
    device_cookie = device.cookie
    if (!device.known && !device.first)
      await post(app, db, user.email, {
        kind: 'new_device',
        ...{ name: user.name, at, address, user_agent: where.user_agent },
        url: `${originOf(app.config)}/settings/sessions`,
      })
    return { id: session.public_id, method, user_agent: where.user_agent }
  }).catch(ended)
  const { name, slug, tier, timezone, id } = tenant
  return {
    cookies: [session.set_cookie, ...(device_cookie ? [device_cookie] : [])],
    answer: {
      user: publicUser(user),
      tenant: { id, name, slug, tier, timezone },
      role,
      csrf_token: session.csrf_token,
    },
  }
}

/**
 * The one way in, for everybody who has proven who they are by whatever method: asks for the second factor when there
 * is one, starts the session, tells the owner about a new device. Throws FORBIDDEN for somebody without a workspace.
 */
export async function enter(app: App, user_id: string, how: How, where: Where) {
  const [user] = await app.db.read.select().from(users).where(eq(users.id, user_id))
  const home = user && (await homeOf(app.db.read, user.id, how.tenant_id))
  if (!user || !home)
    throw fail('FORBIDDEN', { message: 'This account belongs to no workspace; ask for an invitation' })
  const methods = how.mfa ? [] : await secondFactorsOf(app.db.read, user.id)
  if (methods.length === 0) return startSession(app, user, home, how, where)
  const pending: PendingEntry = { user_id: user.id, how }
  const mfa_token = await openFlow(app, 'mfa', pending, { life_s: MFA_FLOW_S, user_id: user.id })
  return { cookies: [], answer: { mfa_required: true as const, mfa_token, methods } }
}
export type Entered = Awaited<ReturnType<typeof enter>>

/** Puts the cookies on the answer of this request, and answers the body. */
export function answerWith(request: Request, { cookies, answer }: Entered) {
  metaOf(request).cookies.push(...cookies)
  return answer
}

/** Only a path of this appliance: a link must not lead from our sign-in to somebody else's page. */
export const localPath = (path: string | null | undefined): string =>
  path && /^\/(?![/\\])[^\\\p{Cc}]*$/u.test(path) ? inAscii(path.slice(0, 2048)) : '/overview'
/** A header holds no other letters. */
const inAscii = (path: string) => path.toWellFormed().replace(/[^\x20-\x7e]+/g, encodeURIComponent)

export const seeOther = (location: string) =>
  new Response(null, {
    status: 303,
    headers: { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' },
  })

/** The end of a sign-in that went through other sites: to where the person wanted to go, or to the second factor. */
export function redirectInto(request: Request, entered: Entered, return_to: string): Response {
  const answer = answerWith(request, entered)
  if (!('mfa_required' in answer)) return seeOther(localPath(return_to))
  // Behind the #: what stands there is neither logged nor sent on.
  const rest = new URLSearchParams({ mfa_token: answer.mfa_token, methods: answer.methods.join(), return: return_to })
  return seeOther(`/sign-in#${rest}`)
}

export const redirectProblem = (problem: Problem) => seeOther(`/sign-in?problem=${problem}`)
