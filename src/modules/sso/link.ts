import { and, eq } from 'drizzle-orm'
import { sso_connections, sso_subjects } from '#db/schema/sso'
import { change } from '#kernel/change'
import type { Ctx } from '#kernel/context'
import { fail } from '#kernel/fail'
import { requireProof, requireWayIn, userOf } from '#modules/auth/service'
import { post } from '#modules/mails/service'

/** Since when the single sign-on of this workspace opens one's own account; nothing when it does not. */
export async function ownLink({ db, tenant, actor }: Ctx) {
  const [row] = await db
    .select({ created_at: sso_subjects.created_at, last_used_at: sso_subjects.last_used_at })
    .from(sso_subjects)
    .innerJoin(sso_connections, eq(sso_connections.id, sso_subjects.connection_id))
    .where(and(eq(sso_connections.tenant_id, tenant.id), eq(sso_subjects.user_id, actor.id)))
    .orderBy(sso_subjects.created_at)
    .limit(1)
  return { linked: row !== undefined, created_at: row?.created_at ?? null, last_used_at: row?.last_used_at ?? null }
}

/** The single sign-on of this workspace opens one's own account no more, unless it is the only way in. */
export async function unlink(ctx: Ctx, current_password: string | undefined) {
  const { linked } = await ownLink(ctx)
  if (!linked) throw fail('NOT_FOUND')
  await requireProof(ctx, current_password)
  const { user } = await userOf(ctx)
  await change(ctx, 'identity.unlinked', async (tx) => {
    const [connection] = await tx.db.select().from(sso_connections).where(eq(sso_connections.tenant_id, tx.tenant.id))
    const mine = and(eq(sso_subjects.connection_id, connection?.id ?? ''), eq(sso_subjects.user_id, tx.actor.id))
    await tx.db.delete(sso_subjects).where(mine)
    await requireWayIn(tx.db, user.id)
    const what = 'The link to the single sign-on of a workspace was removed'
    await post(tx.app, tx.db, user.email, { kind: 'second_factor_changed', name: user.name, what, at: tx.at })
    return { id: tx.actor.id, method: 'saml' }
  })
}
