import { and, eq } from 'drizzle-orm'
import type { Writer } from '#db/client'
import { envelope } from '#db/query'
import { identities } from '#db/schema/identities'
import { sign_in_providers } from '#db/schema/sign-in-providers'
import { change, found } from '#kernel/change'
import type { Ctx, Tx } from '#kernel/context'
import { AppError } from '#kernel/fail'
import type { PageQuery } from '#kernel/page'
import { requireProof, requireWayIn, userOf } from '#modules/auth/service'
import { post } from '#modules/mails/service'
import type { Provider } from '#modules/sign-in-providers/service'
import type { Claims } from '#sign-in/define'
import { link, tellLinked } from './arrive'

const own = ({ actor }: Ctx | Tx) => eq(identities.user_id, actor.id)
const ownOne = (ctx: Ctx | Tx, id: string) => and(own(ctx), eq(identities.id, id))

/** The accounts elsewhere that open one's own account here. */
export async function list(ctx: Ctx, page: PageQuery) {
  const { id, email, last_used_at, created_at } = identities
  const { slug: provider, name, kind } = sign_in_providers
  const items = await ctx.db
    .select({ id, provider, name, kind, email, last_used_at, created_at })
    .from(identities)
    .innerJoin(sign_in_providers, eq(sign_in_providers.id, identities.provider_id))
    .where(own(ctx))
    .orderBy(created_at, id)
    .limit(page.per_page)
    .offset((page.page - 1) * page.per_page)
  return envelope(items, await ctx.db.$count(identities, own(ctx)), page)
}

/** Links what the provider vouched for to the account that asked; false when it opens somebody else's account. */
export async function linkByHand(ctx: Ctx, provider: Provider, claims: Claims): Promise<boolean> {
  const known = and(eq(identities.provider_id, provider.id), eq(identities.subject, claims.subject))
  const isMine = async () => {
    const [owner] = await ctx.db.select().from(identities).where(known)
    return owner && owner.user_id === ctx.actor.id
  }
  const mine = await isMine()
  if (mine !== undefined) return mine
  try {
    await change(ctx, 'identity.linked', async ({ app, db, actor, at }) => {
      await tellLinked(app, db, provider, actor.id, at)
      return link(db, provider, claims, actor.id, at)
    })
    return true
  } catch (error) {
    // Somebody was faster, perhaps they themselves in another window.
    if (error instanceof AppError && error.code === 'CONFLICT') return (await isMine()) ?? false
    throw error
  }
}

/** None of the accounts elsewhere opens this one any more; inside a running change. */
export const unlinkAll = (tx: Writer, user_id: string) => tx.delete(identities).where(eq(identities.user_id, user_id))

export async function unlink(ctx: Ctx, id: string, current_password: string | undefined) {
  const { provider_id } = found(await ctx.db.select().from(identities).where(ownOne(ctx, id)))
  await requireProof(ctx, current_password)
  const { user } = await userOf(ctx)
  const at_provider = eq(sign_in_providers.id, provider_id)
  await change(ctx, 'identity.unlinked', async (tx) => {
    const { app, db, at } = tx
    const { name } = found(await db.select().from(sign_in_providers).where(at_provider))
    const what = `The link to an account at ${name} was removed`
    await post(app, db, user.email, { kind: 'second_factor_changed', name: user.name, what, at })
    const row = found(await db.delete(identities).where(ownOne(tx, id)).returning())
    await requireWayIn(db, user.id)
    return row
  })
}
