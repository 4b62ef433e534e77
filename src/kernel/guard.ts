import { Elysia } from 'elysia'
import { type Permission, readOnly, refusalOf } from '#contract/permissions'
import type { App, Ctx } from '#kernel/context'
import type { Identity } from '#kernel/credentials'
import { fail } from '#kernel/fail'
import { metaOf } from '#kernel/request'
import { sameText } from '#kernel/secrets'

const safe = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Whether anybody may open an account here, under any address: then nobody acts before the address is theirs. Where
 * people were let in, somebody knows them.
 */
export const takesStrangers = ({ registration, smtpUrl }: App['config']): boolean =>
  registration === 'open' && smtpUrl !== undefined

/** Throws why this identity may not; the same for a request and for a live connection. */
export function requirePermission({ config }: Pick<App, 'config'>, identity: Identity, can: Permission, path: string) {
  const { actor, tenant, user } = identity
  const message = refusalOf(actor, can, path)
  if (message) throw fail('FORBIDDEN', { message, details: { permission: can } })
  if (can === 'prober:work') return
  // What concerns only themselves stays open: that is where they set up what is missing.
  const own = can.startsWith('self:')
  const inPerson = actor.kind === 'session' || actor.kind === 'jwt'
  if (tenant.require_mfa && inPerson && !actor.mfa && !own) throw fail('MFA_REQUIRED')
  // A way in that is added before the address is confirmed would outlast its true owner's new password.
  const open = readOnly.includes(can) || (own && can !== 'self:secure')
  if (takesStrangers(config) && user && !user.email_verified && !open) throw fail('EMAIL_NOT_VERIFIED')
}

/** Whether this identity may, for places that hide what they refuse. */
export function hasPermission(app: Pick<App, 'config'>, identity: Identity, can: Permission, path: string): boolean {
  try {
    requirePermission(app, identity, can, path)
    return true
  } catch {
    return false
  }
}

/** A second permission that depends on what is asked for, after `can`; throws like it. */
export async function requireAlso(app: App, request: Request, can: Permission) {
  const identity = await metaOf(request).identify()
  if (!identity) throw fail('UNAUTHORIZED')
  requirePermission(app, identity, can, new URL(request.url).pathname)
}

/** Adds `can: 'monitors:write'` to a route's options; its handler then receives `ctx`. */
export const guard = (app: App) => {
  const admitted = new WeakMap<Request, Ctx>()
  return new Elysia({ name: 'guard', seed: app }).macro({
    can: (permission: Permission) => ({
      // For the description of the API: a route without it is open to everybody.
      detail: { 'x-permission': permission } as object,
      // Elysia checks the body before `resolve`; a stranger must hear 401, not what the schema looks like.
      async transform({ request }) {
        const meta = metaOf(request)
        const identity = await meta.identify()
        if (!identity) throw fail('UNAUTHORIZED')
        const { tenant, actor, csrf_token } = identity
        if (csrf_token && !safe.has(request.method) && !sameText(request.headers.get('x-csrf-token') ?? '', csrf_token))
          throw fail('CSRF_TOKEN_INVALID')
        requirePermission(app, identity, permission, new URL(request.url).pathname)
        admitted.set(request, {
          app,
          db: app.db.read,
          now: app.clock.now,
          tenant,
          actor,
          address: meta.address,
          request_id: meta.request_id,
          idempotency_key: meta.idempotency_key,
        })
      },
      resolve({ request }) {
        const ctx = admitted.get(request)
        if (!ctx) throw new Error('A guarded handler ran before its guard')
        return { ctx }
      },
    }),
  })
}
