import { and, desc, eq, gte, isNull, lt, lte, max, notExists, sql } from 'drizzle-orm'
import type { Reader, Writer } from '#db/client'
import { envelope } from '#db/query'
import { users } from '#db/schema/auth'
import { oauth_clients, oauth_codes, oauth_grants, oauth_refresh_tokens } from '#db/schema/oauth'
import { memberships, tenants } from '#db/schema/tenants'
import { change, found } from '#kernel/change'
import { isoAt } from '#kernel/clock'
import type { App, Ctx } from '#kernel/context'
import type { PageQuery } from '#kernel/page'
import { randomToken, sha256 } from '#kernel/secrets'
import { mobile } from './built-in'
import { covers } from './scopes'

export type Grant = typeof oauth_grants.$inferSelect

const CODE_S = 60
const DAY_MS = 86_400_000

/** What a person is asked to allow, and where the answer goes. */
export type Asked = {
  client_id: string
  redirect_uri: string
  scope: string
  challenge: string
  state?: string
  user_id: string
  tenant_id: string
}

/** A grant that was given before its owner left and came back says nothing any more. */
const given = and(
  eq(memberships.user_id, oauth_grants.user_id),
  eq(memberships.tenant_id, oauth_grants.tenant_id),
  lte(memberships.created_at, oauth_grants.created_at),
)

/** Why nobody acts on this grant any more, or nothing: what may have changed since it was given. */
export async function endOf(db: Reader | Writer, { id, mfa, revoked_at }: Grant): Promise<string | undefined> {
  if (revoked_at !== null) return 'The access was revoked'
  const [row] = await db
    .select({ user: users, tenant: tenants })
    .from(oauth_grants)
    .innerJoin(memberships, given)
    .innerJoin(users, eq(users.id, oauth_grants.user_id))
    .innerJoin(tenants, eq(tenants.id, oauth_grants.tenant_id))
    .where(eq(oauth_grants.id, id))
  if (!row || row.user.deletes_at !== null) return 'The person is no longer a member of the workspace'
  if (row.tenant.require_mfa && !mfa) return 'The workspace asks for a second factor: let the person sign in again'
  return undefined
}

/** Whether this person has allowed this client as much before, and neither they nor the client have changed since. */
export async function remembers(ctx: Ctx, asked: Asked, client: { updated_at: string }): Promise<boolean> {
  const rows = await ctx.db
    .select({ scope: oauth_grants.scope })
    .from(oauth_grants)
    .innerJoin(memberships, given)
    .where(
      and(
        eq(oauth_grants.client_id, asked.client_id),
        eq(oauth_grants.user_id, asked.user_id),
        eq(oauth_grants.tenant_id, asked.tenant_id),
        gte(oauth_grants.created_at, client.updated_at),
        isNull(oauth_grants.revoked_at),
      ),
    )
  return rows.some(({ scope }) => covers(scope, asked.scope))
}

/** Makes the grant and answers its code, good once and for a minute. */
export async function grant(ctx: Ctx, { client_id, redirect_uri, scope, challenge }: Asked): Promise<string> {
  const code = randomToken()
  await change(ctx, 'oauth_grant.created', async ({ db, at, tenant, actor }) => {
    const draft = { client_id, user_id: actor.id, tenant_id: tenant.id, scope, mfa: actor.mfa ?? false, created_at: at }
    const row = found(await db.insert(oauth_grants).values(draft).returning())
    const expires_at = isoAt(ctx.now() + CODE_S * 1000)
    await db.insert(oauth_codes).values({ hash: sha256(code), grant_id: row.id, redirect_uri, challenge, expires_at })
    return row
  })
  return code
}

/** Ends one grant and all that came of it. */
export const endGrant = (ctx: Ctx, grant: Grant) =>
  change(ctx, 'oauth_grant.revoked', async ({ db, at }) => {
    const mine = and(eq(oauth_grants.id, grant.id), isNull(oauth_grants.revoked_at))
    const [row] = await db.update(oauth_grants).set({ revoked_at: at }).where(mine).returning()
    return row ?? grant
  })

/** Ends what everybody has allowed one client, inside a running change. */
export const endGrantsTo = (tx: Writer, client_id: string, at: string) =>
  tx
    .update(oauth_grants)
    .set({ revoked_at: at })
    .where(and(eq(oauth_grants.client_id, client_id), isNull(oauth_grants.revoked_at)))

/** Ends what one person has allowed to any client, inside a running change. */
export const endGrantsOf = (tx: Writer, user_id: string, at: string) =>
  tx
    .update(oauth_grants)
    .set({ revoked_at: at })
    .where(and(eq(oauth_grants.user_id, user_id), isNull(oauth_grants.revoked_at)))

/** A token, or a session that one workspace vouched for, shows and ends nothing of the person's other workspaces. */
const within = ({ actor, tenant }: Ctx) =>
  and(
    eq(oauth_grants.user_id, actor.id),
    actor.kind === 'session' && !actor.bound ? undefined : eq(oauth_grants.tenant_id, tenant.id),
    isNull(oauth_grants.revoked_at),
  )

/** The programs that may act for the person who asks: one row for each program and workspace. */
export async function listGrants(ctx: Ctx, page: PageQuery) {
  const rows = await ctx.db
    .select({
      id: sql<string>`max(${oauth_grants.id})`,
      client_id: oauth_grants.client_id,
      client_name: oauth_clients.name,
      // `read` < `read write` < `write`: the last is the widest.
      scope: sql<string>`max(${oauth_grants.scope})`,
      tenant: { id: tenants.id, name: tenants.name },
      created_at: sql`min(${oauth_grants.created_at})`.mapWith(oauth_grants.created_at),
      last_used_at: max(oauth_grants.last_used_at),
    })
    .from(oauth_grants)
    .innerJoin(memberships, given)
    .innerJoin(tenants, eq(tenants.id, oauth_grants.tenant_id))
    .leftJoin(oauth_clients, eq(oauth_clients.id, oauth_grants.client_id))
    .where(within(ctx))
    .groupBy(oauth_grants.client_id, oauth_grants.tenant_id)
    .orderBy(desc(max(oauth_grants.id)))
  const first = (page.page - 1) * page.per_page
  const items = rows.slice(first, first + page.per_page).map(({ client_name, ...row }) => ({
    ...row,
    client_name: client_name ?? (row.client_id === mobile.id ? mobile.name : row.client_id),
  }))
  return envelope(items, rows.length, page)
}

/** Ends the access of one program: every grant that the row of the list stands for. */
export async function revokeAccess(ctx: Ctx, id: string) {
  const where = and(within(ctx), eq(oauth_grants.id, id))
  const { grant, tenant } = found(
    await ctx.db
      .select({ grant: oauth_grants, tenant: tenants })
      .from(oauth_grants)
      .innerJoin(tenants, eq(tenants.id, oauth_grants.tenant_id))
      .where(where),
  )
  // Recorded where it happens, which may be another workspace than the one they look at.
  return change({ ...ctx, tenant }, 'oauth_grant.revoked', async ({ db, at }) => {
    const { client_id, tenant_id } = grant
    const all = and(within(ctx), eq(oauth_grants.client_id, client_id), eq(oauth_grants.tenant_id, tenant_id))
    await db.update(oauth_grants).set({ revoked_at: at }).where(all)
    return { ...grant, revoked_at: at }
  })
}

/** Drops what can prove nothing any more. Used tokens stay until they would have ended: they show a theft. */
export async function dropDeadGrants({ db, clock }: Pick<App, 'db' | 'clock'>) {
  const before = (ms: number) => isoAt(clock.now() - ms)
  await db.tx(async (tx) => {
    await tx.delete(oauth_codes).where(lt(oauth_codes.expires_at, before(DAY_MS)))
    await tx.delete(oauth_refresh_tokens).where(lt(oauth_refresh_tokens.expires_at, before(0)))
    await tx.delete(oauth_grants).where(lt(oauth_grants.revoked_at, before(DAY_MS)))
    const tokens = tx.select().from(oauth_refresh_tokens).where(eq(oauth_refresh_tokens.grant_id, oauth_grants.id))
    await tx.delete(oauth_grants).where(and(lt(oauth_grants.created_at, before(30 * DAY_MS)), notExists(tokens)))
  })
}
