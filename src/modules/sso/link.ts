import { and, eq } from 'drizzle-orm'
import { identities } from '#db/schema/identities'
import { passkeys } from '#db/schema/mfa'
import { sign_in_providers } from '#db/schema/sign-in-providers'
import { sso_connections, sso_subjects } from '#db/schema/sso'
import { change } from '#kernel/change'
import type { Ctx, Tx } from '#kernel/context'
import { fail } from '#kernel/fail'
import { requireProof, userOf } from '#modules/auth/service'
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

async function hasOtherWay({ db, actor }: Tx, password_hash: string | null) {
  if (password_hash !== null || (await db.$count(passkeys, eq(passkeys.user_id, actor.id))) > 0) return true
  const [linked] = await db
    .select({ id: identities.id })
    .from(identities)
    .innerJoin(sign_in_providers, eq(sign_in_providers.id, identities.provider_id))
    .where(and(eq(identities.user_id, actor.id), eq(sign_in_providers.enabled, true)))
    .limit(1)
  return linked !== undefined
}

/** The single sign-on of this workspace opens one's own account no more, unless it is the only way in. */
export async function unlink(ctx: Ctx, current_password: string | undefined) {
  const { linked } = await ownLink(ctx)
  if (!linked) throw fail('NOT_FOUND')
  await requireProof(ctx, current_password)
  const { user, password_hash } = await userOf(ctx)
  await change(ctx, 'identity.unlinked', async (tx) => {
    if (!(await hasOtherWay(tx, password_hash))) throw fail('LAST_AUTH_METHOD')
    const [connection] = await tx.db.select().from(sso_connections).where(eq(sso_connections.tenant_id, tx.tenant.id))
    const mine = and(eq(sso_subjects.connection_id, connection?.id ?? ''), eq(sso_subjects.user_id, tx.actor.id))
    await tx.db.delete(sso_subjects).where(mine)
    const what = 'The link to the single sign-on of a workspace was removed'
    await post(tx.app, tx.db, user.email, { kind: 'second_factor_changed', name: user.name, what, at: tx.at })
    return { id: tx.actor.id, method: 'saml' }
  })
}
