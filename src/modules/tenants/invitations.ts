import { and, asc, count, eq, isNull } from 'drizzle-orm'
import { type Role, roles } from '#contract/permissions'
import type { Writer } from '#db/client'
import { envelope, paginate } from '#db/query'
import { users } from '#db/schema/auth'
import { invitations, memberships } from '#db/schema/tenants'
import { change, found } from '#kernel/change'
import { isoAt } from '#kernel/clock'
import type { Ctx, Tx } from '#kernel/context'
import { normalEmail } from '#kernel/email'
import { fail, invalid } from '#kernel/fail'
import type { PageQuery } from '#kernel/page'
import { randomToken, sha256 } from '#kernel/secrets'
import { join } from './workspaces'

const VALID_MS = 7 * 86_400_000
const own = ({ tenant }: Ctx | Tx) => eq(invitations.tenant_id, tenant.id)

export const listInvitations = (ctx: Ctx, page: PageQuery) => paginate(ctx.db, invitations, own(ctx), page)

/** Answers the invitation with the link to hand over; the link is shown once. */
export async function invite(ctx: Ctx, { email, role }: { email: string; role: Role }, baseUrl: string) {
  if (ctx.app.config.registration === 'closed')
    throw fail('CONFLICT', { message: 'Registration is closed; set XINEX_REGISTRATION to invite first' })
  if (roles.indexOf(role) > roles.indexOf(ctx.actor.role))
    throw fail('FORBIDDEN', { message: 'You cannot invite somebody above your own role' })
  const token = randomToken()
  const row = await change(ctx, 'invitation.created', async (tx) => {
    const draft = { tenant_id: tx.tenant.id, email: normalEmail(email), role, invited_by: tx.actor.id }
    const life = { expires_at: isoAt(tx.now() + VALID_MS), created_at: tx.at }
    return found(
      await tx.db
        .insert(invitations)
        .values({ ...draft, ...life, hash: sha256(token) })
        .returning(),
    )
  })
  const { id, expires_at, accepted_at, created_at } = row
  return {
    id,
    email: row.email,
    role: row.role,
    expires_at,
    accepted_at,
    created_at,
    url: `${baseUrl}/register?invitation=${token}&email=${encodeURIComponent(row.email)}`,
  }
}

export const revokeInvitation = (ctx: Ctx, id: string) =>
  change(ctx, 'invitation.revoked', async (tx) =>
    found(
      await tx.db
        .delete(invitations)
        .where(and(own(tx), eq(invitations.id, id)))
        .returning(),
    ),
  )

export async function listMembers(ctx: Ctx, page: PageQuery) {
  const where = eq(memberships.tenant_id, ctx.tenant.id)
  const { role, created_at } = memberships
  const items = await ctx.db
    .select({ user_id: users.id, name: users.name, email: users.email, role, created_at })
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.user_id))
    .where(where)
    .orderBy(asc(created_at), asc(users.id))
    .limit(page.per_page)
    .offset((page.page - 1) * page.per_page)
  const [counted] = await ctx.db.select({ total: count() }).from(memberships).where(where)
  return envelope(items, counted?.total ?? 0, page)
}

/** Lets the invited person in, inside the transaction that makes or knows them; 422 when the link is not for them. */
export async function acceptInvitation(db: Writer, token: string, user: { id: string; email: string }, at: string) {
  const [row] = await db
    .select()
    .from(invitations)
    .where(and(eq(invitations.hash, sha256(token)), isNull(invitations.accepted_at)))
  if (!row || row.expires_at <= at) throw invalid({ invitation: 'is not valid any more' })
  if (row.email !== user.email) throw invalid({ email: 'is not the address that was invited' })
  await join(db, row.tenant_id, user.id, row.role, at)
  await db.update(invitations).set({ accepted_at: at }).where(eq(invitations.id, row.id))
  return row
}
