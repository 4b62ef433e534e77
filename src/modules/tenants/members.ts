import { and, asc, count, eq, isNotNull, isNull, sql } from 'drizzle-orm'
import { type Role, refusalOf, roles } from '#contract/permissions'
import type { Reader, Writer } from '#db/client'
import { envelope } from '#db/query'
import { users } from '#db/schema/auth'
import { passkeys, totp_secrets } from '#db/schema/mfa'
import { invitations, memberships } from '#db/schema/tenants'
import { spare } from '#engine/alerts'
import { dropPrefs } from '#engine/prefs'
import { change, found } from '#kernel/change'
import type { Ctx, Tx } from '#kernel/context'
import { fail } from '#kernel/fail'
import type { PageQuery } from '#kernel/page'
import { dropContactsOf } from '#modules/notification-channels/service'
import { rehouse } from './deletion'
import { setRole } from './provided'

const inTenant = (ctx: Ctx | Tx) => eq(memberships.tenant_id, ctx.tenant.id)
const one = (ctx: Ctx | Tx, user_id: string) => and(inTenant(ctx), eq(memberships.user_id, user_id))

const columns = {
  user_id: users.id,
  name: users.name,
  email: users.email,
  role: memberships.role,
  mfa: sql<boolean>`exists (select 1 from ${passkeys} where ${passkeys.user_id} = ${users.id})
    or exists (select 1 from ${totp_secrets} where ${and(eq(totp_secrets.user_id, users.id), isNotNull(totp_secrets.confirmed_at))})`.mapWith(
    Boolean,
  ),
  created_at: memberships.created_at,
}
const select = (db: Reader | Writer) =>
  db.select(columns).from(memberships).innerJoin(users, eq(users.id, memberships.user_id))

export async function listMembers(ctx: Ctx, page: PageQuery) {
  const items = await select(ctx.db)
    .where(inTenant(ctx))
    .orderBy(asc(memberships.created_at), asc(users.id))
    .limit(page.per_page)
    .offset((page.page - 1) * page.per_page)
  const [counted] = await ctx.db.select({ total: count() }).from(memberships).where(inTenant(ctx))
  return envelope(items, counted?.total ?? 0, page)
}

export const getMember = async (ctx: Ctx, user_id: string) => found(await select(ctx.db).where(one(ctx, user_id)))

/**
 * Nobody gives or touches a role above their own; and an owner's is shared or taken from a signed-in session alone: a
 * token must not make somebody who can do more than it.
 */
export function requireRank({ actor }: Ctx | Tx, ...wanted: Role[]) {
  if (wanted.some((role) => roles.indexOf(role) > roles.indexOf(actor.role)))
    throw fail('FORBIDDEN', { message: 'This is about a role above your own' })
  const refusal = wanted.includes('owner') ? refusalOf(actor, 'tenant:own', '') : undefined
  if (refusal) throw fail('FORBIDDEN', { message: refusal })
}

/** Throws unless the asking person may change what concerns this member. */
export async function requireRankOver(ctx: Ctx, user_id: string) {
  const { role } = await getMember(ctx, user_id)
  requireRank(ctx, role)
}

export async function changeRole(ctx: Ctx, user_id: string, role: Role) {
  await change(ctx, 'member.updated', async (tx) => {
    const before = found(await tx.db.select().from(memberships).where(one(tx, user_id)))
    requireRank(tx, before.role, role)
    await setRole(tx.db, tx.tenant.id, user_id, role)
    if (roles.indexOf(role) < roles.indexOf(before.role)) await revokeInvitationsBy(tx, user_id)
    return { id: user_id, role, was: before.role }
  })
  return getMember(ctx, user_id)
}

/** Whoever goes, or may do less from now on, leaves no links behind that let others (or themselves) in. */
export const revokeInvitationsBy = ({ db, tenant }: Tx, user_id: string) =>
  db
    .delete(invitations)
    .where(
      and(eq(invitations.tenant_id, tenant.id), eq(invitations.invited_by, user_id), isNull(invitations.accepted_at)),
    )

/**
 * Ends a membership inside a running change, with the sessions and API tokens in this workspace; answers what it was.
 * The last owner stays.
 */
export async function dropMember(tx: Tx, user_id: string) {
  const member = found(await tx.db.select().from(memberships).where(one(tx, user_id)))
  const owners = await tx.db.$count(memberships, and(inTenant(tx), eq(memberships.role, 'owner')))
  if (member.role === 'owner' && owners < 2)
    throw fail('CONFLICT', { message: 'The only owner stays: transfer the workspace to somebody first, or delete it' })
  await rehouse(tx, tx.tenant.id, user_id)
  await tx.db.delete(memberships).where(one(tx, user_id))
  await revokeInvitationsBy(tx, user_id)
  await dropContactsOf(tx, user_id)
  await spare(tx.db, { tenant_id: tx.tenant.id, user_id }, tx.now())
  await dropPrefs(tx.db, { tenant_id: tx.tenant.id, user_id })
  await tx.app.credentials.endSessionsIn(tx.db, user_id, tx.tenant.id)
  await tx.app.credentials.revokeTokensIn(tx.db, user_id, tx.tenant.id)
  return member
}

/** Gives the workspace to another member; who gave it stays as an admin. */
export async function transfer(ctx: Ctx, user_id: string) {
  if (user_id === ctx.actor.id) throw fail('CONFLICT', { message: 'This workspace is yours already' })
  await change(ctx, 'tenant.transferred', async (tx) => {
    // Again here: it may have been given to somebody else while this waited.
    const [mine] = await tx.db.select().from(memberships).where(one(tx, tx.actor.id))
    if (mine?.role !== 'owner') throw fail('FORBIDDEN', { message: 'This workspace is not yours any more' })
    await setRole(tx.db, tx.tenant.id, user_id, 'owner')
    await setRole(tx.db, tx.tenant.id, tx.actor.id, 'admin')
    return { id: tx.tenant.id, from: tx.actor.id, to: user_id }
  })
  return getMember(ctx, user_id)
}
