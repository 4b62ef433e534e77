import { Elysia } from 'elysia'
import { allows, type Permission, readOnly } from '#contract/permissions'
import type { App, Ctx } from '#kernel/context'
import { fail } from '#kernel/fail'
import { metaOf } from '#kernel/request'
import { sameText } from '#kernel/secrets'

const safe = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Adds `can: 'monitors:write'` to a route's options; its handler then receives `ctx`. */
export const guard = (app: App) => {
  const admitted = new WeakMap<Request, Ctx>()
  return new Elysia({ name: 'guard', seed: app }).macro({
    can: (permission: Permission) => ({
      // Elysia checks the body before `resolve`; a stranger must hear 401, not what the schema looks like.
      async transform({ request }) {
        const meta = metaOf(request)
        const identity = await meta.identify()
        if (!identity) throw fail('UNAUTHORIZED')
        const { tenant, actor, csrf_token } = identity
        if (csrf_token && !safe.has(request.method) && !sameText(request.headers.get('x-csrf-token') ?? '', csrf_token))
          throw fail('CSRF_TOKEN_INVALID')
        const narrowed = actor.scope === 'read' && !readOnly.includes(permission)
        if (narrowed || !allows(actor.role, permission)) throw fail('FORBIDDEN', { details: { permission } })
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
