import { and, count, desc, eq, gt } from 'drizzle-orm'
import { type Permission, permissions, refusalOf } from '#contract/permissions'
import { envelope } from '#db/query'
import { sessions } from '#db/schema/credentials'
import { tenants } from '#db/schema/tenants'
import { change, found } from '#kernel/change'
import { isoAt } from '#kernel/clock'
import type { Ctx } from '#kernel/context'
import type { PageQuery } from '#kernel/page'
import * as auth from '#modules/auth/service'
import { endGrantsOf } from '#modules/oauth/service'
import type { Edit } from './schema'

/** How the asking session was begun; a token is none. */
async function sessionOf({ db, actor }: Ctx) {
  if (!actor.session_id) return null
  const mine = and(eq(sessions.user_id, actor.id), eq(sessions.public_id, actor.session_id))
  const { method, mfa, bound } = sessions
  const [row] = await db.select({ method, mfa, bound }).from(sessions).where(mine)
  return row ?? null
}

export async function me(ctx: Ctx, csrf_token: string | undefined) {
  const { user } = await auth.userOf(ctx)
  const { actor } = ctx
  const tenant = found(await ctx.db.select().from(tenants).where(eq(tenants.id, ctx.tenant.id)))
  const mine = [...(Object.keys(permissions) as Permission[]), 'instance:admin' as const].filter(
    (name) => refusalOf(actor, name, '/api/v1/me') === undefined,
  )
  const mfa = { enabled: (await auth.secondFactorsOf(ctx.db, actor.id)).length > 0, required: tenant.require_mfa }
  return {
    ...{ ...user, tenant, role: actor.role, permissions: mine, mfa },
    csrf_token: csrf_token ?? null,
    session: await sessionOf(ctx),
  }
}

export const update = (ctx: Ctx, edit: Edit) => auth.updateUser(ctx, edit, endGrantsOf)
export const leave = (ctx: Ctx, current_password: string | undefined) => auth.leave(ctx, current_password, endGrantsOf)
export const stay = (ctx: Ctx) => auth.stay(ctx)

/** A token, or a session that one workspace vouched for, shows and ends nothing of the person's other workspaces. */
const boundTo = ({ actor, tenant }: Ctx) => (actor.kind === 'session' && !actor.bound ? undefined : tenant.id)
const reached = (ctx: Ctx) => {
  const tenant_id = boundTo(ctx)
  return and(eq(sessions.user_id, ctx.actor.id), tenant_id ? eq(sessions.tenant_id, tenant_id) : undefined)
}

export async function listSessions(ctx: Ctx, page: PageQuery) {
  const alive = and(reached(ctx), gt(sessions.expires_at, Math.floor(ctx.now() / 1000)))
  const rows = await ctx.db
    .select()
    .from(sessions)
    .where(alive)
    .orderBy(desc(sessions.last_seen_at), desc(sessions.public_id))
    .limit(page.per_page)
    .offset((page.page - 1) * page.per_page)
  const [counted] = await ctx.db.select({ total: count() }).from(sessions).where(alive)
  const items = rows.map(({ public_id, user_agent, address, method, mfa, ...row }) => ({
    id: public_id,
    current: public_id === ctx.actor.session_id,
    user_agent,
    address,
    method,
    mfa,
    created_at: row.created_at,
    last_seen_at: row.last_seen_at,
    expires_at: isoAt(row.expires_at * 1000),
  }))
  return envelope(items, counted?.total ?? 0, page)
}

export const revokeSession = (ctx: Ctx, id: string) =>
  change(ctx, 'session.revoked', async ({ db }) => {
    const one = and(reached(ctx), eq(sessions.public_id, id))
    found(await db.select({ id: sessions.id }).from(sessions).where(one))
    const { public_id, user_agent, address } = found(await ctx.app.credentials.endSession(db, ctx.actor.id, id))
    return { id: public_id, user_agent, address }
  })

/** Signs the person out everywhere but here. */
export const revokeOthers = (ctx: Ctx) =>
  change(ctx, 'session.revoked', async ({ db }) => {
    const ended = await ctx.app.credentials.endOtherSessions(db, ctx.actor.id, ctx.actor.session_id, boundTo(ctx))
    return { id: ctx.actor.id, ended }
  })
