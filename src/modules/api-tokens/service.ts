import { and, count, desc, eq } from 'drizzle-orm'
import { allows } from '#contract/permissions'
import { envelope } from '#db/query'
import { users } from '#db/schema/auth'
import { api_tokens as tokens } from '#db/schema/credentials'
import { change, found } from '#kernel/change'
import { isoAt } from '#kernel/clock'
import type { Ctx } from '#kernel/context'
import { invalid } from '#kernel/fail'
import type { PageQuery } from '#kernel/page'
import type { Draft } from './schema'

/** Admins see and revoke every token of the workspace; others their own. */
const sees = ({ actor }: Ctx) => (allows(actor.role, 'members:write') ? undefined : actor.id)
const own = (ctx: Ctx) => {
  const user = sees(ctx)
  return and(eq(tokens.tenant_id, ctx.tenant.id), user ? eq(tokens.user_id, user) : undefined)
}

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
    rows.map(({ token: { hash: _, ...token }, user_name }) => ({ ...token, user_name })),
    counted?.total ?? 0,
    page,
  )
}

export async function create(ctx: Ctx, { name, scope = 'full', expires_at = null }: Draft) {
  if (expires_at && Date.parse(expires_at) <= ctx.now()) throw invalid({ expires_at: 'must be in the future' })
  let token = ''
  const row = await change(ctx, 'api_token.created', async ({ db, at, tenant, actor }) => {
    const draft = { tenant_id: tenant.id, user_id: actor.id, name, scope, created_at: at }
    const expires = expires_at && isoAt(Date.parse(expires_at))
    const made = await ctx.app.credentials.issueToken(db, { ...draft, expires_at: expires })
    token = made.token
    const { token: _, ...row } = made
    return row
  })
  const { hash: _, ...view } = row
  return { ...view, user_name: ctx.actor.label, token }
}

export const revoke = (ctx: Ctx, id: string) =>
  change(ctx, 'api_token.revoked', async ({ db, tenant }) =>
    found(await ctx.app.credentials.revokeToken(db, tenant.id, id, sees(ctx))),
  )
