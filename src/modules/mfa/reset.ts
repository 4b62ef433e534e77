import { and, eq, ne } from 'drizzle-orm'
import { refusalOf, roles } from '#contract/permissions'
import type { Writer } from '#db/client'
import { users } from '#db/schema/auth'
import { backup_codes, passkeys, totp_secrets } from '#db/schema/mfa'
import { memberships } from '#db/schema/tenants'
import { change, found } from '#kernel/change'
import type { Ctx } from '#kernel/context'
import { fail } from '#kernel/fail'
import { post } from '#modules/mails/service'

/** Takes every second factor away from somebody, inside a running change. */
export async function resetFactors(tx: Writer, user_id: string): Promise<void> {
  await tx.delete(totp_secrets).where(eq(totp_secrets.user_id, user_id))
  await tx.delete(backup_codes).where(eq(backup_codes.user_id, user_id))
  await tx.delete(passkeys).where(eq(passkeys.user_id, user_id))
}

type Member = { role: (typeof roles)[number]; user: typeof users.$inferSelect }

/** Throws unless this admin may: factors protect the whole account, wherever else it belongs. */
async function requireReach(ctx: Ctx, { role, user }: Member) {
  const { actor, db, tenant } = ctx
  if (user.id === actor.id)
    throw fail('FORBIDDEN', { message: 'Remove your own second factors in your settings, where they are asked for' })
  if (roles.indexOf(role) > roles.indexOf(actor.role))
    throw fail('FORBIDDEN', { message: 'You cannot reset somebody above your own role' })
  if (refusalOf(actor, 'instance:admin', '') === undefined) return
  const elsewhere = and(eq(memberships.user_id, user.id), ne(memberships.tenant_id, tenant.id))
  if (user.instance_admin || (await db.$count(memberships, elsewhere)) > 0)
    throw fail('FORBIDDEN', {
      message: 'This account reaches beyond this workspace: only whoever runs the appliance may reset it',
    })
}

/** For a member who has lost their phone and their codes. */
export async function resetMember(ctx: Ctx, user_id: string) {
  const member = found(
    await ctx.db
      .select({ role: memberships.role, user: users })
      .from(memberships)
      .innerJoin(users, eq(users.id, memberships.user_id))
      .where(and(eq(memberships.tenant_id, ctx.tenant.id), eq(memberships.user_id, user_id))),
  )
  await requireReach(ctx, member)
  const { id, email, name } = member.user
  await change(ctx, 'user.mfa_reset', async ({ app, db, at, actor }) => {
    await resetFactors(db, id)
    const what = `All second factors and passkeys were removed by ${actor.label}`
    await post(app, db, email, { kind: 'second_factor_changed', name, what, at })
    return { id }
  })
}
