import { and, count, desc, eq } from 'drizzle-orm'
import { allows } from '#contract/permissions'
import { envelope } from '#db/query'
import { users } from '#db/schema/auth'
import { api_tokens as tokens } from '#db/schema/credentials'
import { change, found } from '#kernel/change'
import type { Ctx } from '#kernel/context'
import { invalid } from '#kernel/fail'
import type { PageQuery } from '#kernel/page'
import { requireRoom } from '#kernel/room'
import { type Bounds, expiryOf, networksOf } from './bounds'
import type { Draft, Edit } from './schema'

/** Admins see and revoke every token of the workspace; others their own. */
const sees = ({ actor }: Ctx) => (allows(actor.role, 'members:write') ? undefined : actor.id)
/** Of one person in one workspace. */
const MOST_TOKENS = 500

const own = (ctx: Ctx) => {
  const user = sees(ctx)
  return and(eq(tokens.tenant_id, ctx.tenant.id), user ? eq(tokens.user_id, user) : undefined)
}

const viewOf = ({ hash: _, ...token }: typeof tokens.$inferSelect, user_name: string) => ({ ...token, user_name })

export async function list(ctx: Ctx, page: PageQuery) {
  const rows = await ctx.db
    .select({ token: tokens, user_name: users.name })
    .from(tokens)
    .innerJoin(users, eq(users.id, tokens.user_id))
    .where(own(ctx))
    .orderBy(desc(tokens.created_at), desc(tokens.id))
    .limit(page.per_page)
    .offset((page.page - 1) * page.per_page)
  const [counted] = await ctx.db.select({ total: count() }).from(tokens).where(own(ctx))
  return envelope(
    rows.map(({ token, user_name }) => viewOf(token, user_name)),
    counted?.total ?? 0,
    page,
  )
}

function resourcesOf(scope: Draft['scope'], wanted: string[] = []): string[] {
  if ((scope === 'resources') === wanted.length > 0) return [...new Set(wanted)]
  throw invalid({
    resources: scope === 'resources' ? 'must name at least one' : 'is only for tokens with scope resources',
  })
}

/** A token with the role of whoever makes it; it reaches no further than what it was made with (`bounds`). */
export async function create(ctx: Ctx, { name, scope = 'full', ...wanted }: Draft, bounds: Bounds) {
  const resources = resourcesOf(scope, wanted.resources)
  const expires_at = expiryOf(ctx, wanted.expires_at, bounds)
  const networks = networksOf(wanted.networks, bounds)
  let token = ''
  const row = await change(ctx, 'api_token.created', async ({ db, at, tenant, actor }) => {
    const mine = and(eq(tokens.tenant_id, tenant.id), eq(tokens.user_id, actor.id))
    requireRoom(await db.$count(tokens, mine), MOST_TOKENS, 'API tokens of yours')
    const draft = { tenant_id: tenant.id, user_id: actor.id, name, scope, resources, networks, expires_at }
    const made = await ctx.app.credentials.issueToken(db, { ...draft, created_at: at })
    token = made.token
    const { token: _, ...row } = made
    return row
  })
  return { ...viewOf(row, ctx.actor.label), token }
}

/** One's own tokens alone: to let another's reach further is not an admin's to do. */
export async function update(ctx: Ctx, id: string, edit: Edit, bounds: Bounds) {
  const mine = and(eq(tokens.tenant_id, ctx.tenant.id), eq(tokens.user_id, ctx.actor.id), eq(tokens.id, id))
  const current = found(await ctx.db.select().from(tokens).where(mine))
  const set = {
    ...(edit.name !== undefined && { name: edit.name }),
    ...(edit.networks !== undefined && { networks: networksOf(edit.networks, bounds) }),
    ...(edit.expires_at !== undefined && { expires_at: expiryOf(ctx, edit.expires_at, bounds) }),
  }
  if (Object.keys(set).length === 0) return viewOf(current, ctx.actor.label)
  const row = await change(ctx, 'api_token.updated', async ({ db, tenant, actor }) =>
    found(await ctx.app.credentials.updateToken(db, { tenant_id: tenant.id, user_id: actor.id, id }, set)),
  )
  return viewOf(row, ctx.actor.label)
}

export const revoke = (ctx: Ctx, id: string) =>
  change(ctx, 'api_token.revoked', async ({ db, tenant }) =>
    found(await ctx.app.credentials.revokeToken(db, tenant.id, id, sees(ctx))),
  )
