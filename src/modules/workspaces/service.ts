import { and, asc, count, eq } from 'drizzle-orm'
import { envelope } from '#db/query'
import { memberships, tenants } from '#db/schema/tenants'
import { change } from '#kernel/change'
import type { Ctx, Tenant } from '#kernel/context'
import { fail } from '#kernel/fail'
import type { PageQuery } from '#kernel/page'
import { requireZone } from '#kernel/zone'
import { requireProof, userOf } from '#modules/auth/service'
import * as team from '#modules/tenants/service'
import type { Draft } from './schema'

/** The workspaces of the asking person. Whatever is good for one workspace alone (a token, single sign-on) sees that one. */
export async function list(ctx: Ctx, page: PageQuery) {
  const { actor, tenant } = ctx
  const everywhere = actor.kind === 'session' && !actor.bound
  const mine = and(eq(memberships.user_id, actor.id), everywhere ? undefined : eq(memberships.tenant_id, tenant.id))
  const { id, name, slug, deletes_at } = tenants
  const rows = await ctx.db
    .select({ id, name, slug, role: memberships.role, deletes_at })
    .from(memberships)
    .innerJoin(tenants, eq(id, memberships.tenant_id))
    .where(mine)
    .orderBy(asc(name), asc(id))
    .limit(page.per_page)
    .offset((page.page - 1) * page.per_page)
  const [counted] = await ctx.db.select({ total: count() }).from(memberships).where(mine)
  const items = rows.map((row) => ({ ...row, current: row.id === tenant.id }))
  return envelope(items, counted?.total ?? 0, page)
}

/** Where anybody may open an account, anybody may make workspaces: enough for one person, too few to fill a disk. */
const MOST_OWNED = 20

/** One more workspace, owned by whoever asks; they stay where they are. */
export async function create(ctx: Ctx, { name, timezone }: Draft) {
  requireZone(timezone)
  if (ctx.app.config.registration !== 'open' && !ctx.actor.instance_admin)
    throw fail('FORBIDDEN', { message: 'Only whoever runs this appliance makes workspaces here' })
  const { user } = await userOf(ctx)
  return change(ctx, 'tenant.created', async ({ db, at }) => {
    const owned = await db.$count(memberships, and(eq(memberships.user_id, user.id), eq(memberships.role, 'owner')))
    if (owned >= MOST_OWNED && !ctx.actor.instance_admin)
      throw fail('CONFLICT', { message: `You own ${owned} workspaces; that is as many as one person can have here` })
    return team.insertTenant(db, name, timezone ?? user.timezone, user.id, at)
  })
}

/** The same session in another workspace, with a new cookie: what leaked of the old one is worth nothing. */
async function enterTenant(ctx: Ctx, to: Tenant, work?: Parameters<typeof change>[2]) {
  const { app, actor } = ctx
  let renewed: Awaited<ReturnType<typeof app.credentials.renew>>
  const event = work ? 'member.joined' : 'session.switched'
  await change({ ...ctx, tenant: to }, event, async (tx) => {
    const row = await work?.(tx)
    renewed = await app.credentials.renew(tx.db, actor.id, actor.session_id ?? '', { tenant_id: to.id })
    if (!renewed) throw fail('UNAUTHORIZED')
    return row ?? { id: actor.session_id ?? '', from: ctx.tenant.id }
  })
  const home = await team.homeOf(ctx.db, actor.id, to.id)
  if (!renewed || !home) throw fail('UNAUTHORIZED')
  const { id, name, slug, tier, timezone } = home.tenant
  const { user } = await userOf(ctx)
  return {
    set_cookie: renewed.set_cookie,
    answer: { user, tenant: { id, name, slug, tier, timezone }, role: home.role, csrf_token: renewed.csrf_token },
  }
}

export async function switchTo(ctx: Ctx, id: string) {
  const home = await team.homeOf(ctx.db, ctx.actor.id, id)
  if (!home) throw fail('NOT_FOUND')
  return enterTenant(ctx, home.tenant)
}

/** An invitation accepted by somebody who has an account: a member from now on, and there at once. */
export async function accept(ctx: Ctx, token: string) {
  const to = await team.invitedTo(ctx, token, 'token')
  const { user } = await userOf(ctx)
  return enterTenant(ctx, to, async ({ db, at }) => {
    const { role } = await team.acceptInvitation(db, token, user, at, 'token')
    return { id: user.id, role }
  })
}

export async function remove(ctx: Ctx, current_password: string | undefined) {
  await requireProof(ctx, current_password)
  return team.requestDeletion(ctx)
}

export async function transfer(ctx: Ctx, user_id: string, current_password: string | undefined) {
  await team.getMember(ctx, user_id)
  await requireProof(ctx, current_password)
  return team.transfer(ctx, user_id)
}

/** Somebody leaves, or is removed by who may: whatever they could do here ends in the same transaction. */
export async function removeMember(ctx: Ctx, user_id: string) {
  if (user_id !== ctx.actor.id) await team.requireRankOver(ctx, user_id)
  await change(ctx, 'member.removed', async (tx) => {
    const { role } = await team.dropMember(tx, user_id)
    return { id: user_id, role }
  })
}
