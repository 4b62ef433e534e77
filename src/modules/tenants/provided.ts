import { and, desc, eq, gt, isNull } from 'drizzle-orm'
import type { Role } from '#contract/permissions'
import type { Reader, Writer } from '#db/client'
import { invitations, memberships } from '#db/schema/tenants'
import { found } from '#kernel/change'
import { fail } from '#kernel/fail'
import { join } from './workspaces'

// For people whom somebody else vouches for (a sign-in provider, single sign-on), inside the transaction of their sign-in.

/** The last invitation to this address that is still good. */
export async function openInvitationTo(db: Reader | Writer, email: string, at: string) {
  const open = and(eq(invitations.email, email), isNull(invitations.accepted_at), gt(invitations.expires_at, at))
  const [row] = await db.select().from(invitations).where(open).orderBy(desc(invitations.created_at)).limit(1)
  return row
}

/** Like its link: whoever proved to have the address accepts the invitation. Nothing when it is not open any more. */
export async function acceptAs(db: Writer, invitation_id: string, user_id: string, at: string) {
  const open = and(eq(invitations.id, invitation_id), isNull(invitations.accepted_at), gt(invitations.expires_at, at))
  const [row] = await db.update(invitations).set({ accepted_at: at }).where(open).returning()
  if (row) await join(db, row.tenant_id, user_id, row.role, at)
  return row
}

/** Gives a member another role; throws CONFLICT when that would leave the workspace without an owner. */
export async function setRole(db: Writer, tenant_id: string, user_id: string, role: Role) {
  const inTenant = eq(memberships.tenant_id, tenant_id)
  const one = and(inTenant, eq(memberships.user_id, user_id))
  const member = found(await db.select().from(memberships).where(one))
  const owners = await db.$count(memberships, and(inTenant, eq(memberships.role, 'owner')))
  if (member.role === 'owner' && role !== 'owner' && owners < 2)
    throw fail('CONFLICT', { message: 'This is the only owner of the workspace' })
  return found(await db.update(memberships).set({ role }).where(one).returning())
}
