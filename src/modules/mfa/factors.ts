import { eq } from 'drizzle-orm'
import type { Reader, Writer } from '#db/client'
import { backup_codes } from '#db/schema/mfa'
import type { Ctx, Tx } from '#kernel/context'
import { fail } from '#kernel/fail'
import { factorsOf, userOf } from '#modules/auth/service'
import { post } from '#modules/mails/service'

export const hasFactor = async (db: Reader | Writer, user_id: string): Promise<boolean> => {
  const { totp, passkeys } = await factorsOf(db, user_id)
  return totp || passkeys > 0
}

export const overview = async (ctx: Ctx) => ({
  ...(await factorsOf(ctx.db, ctx.actor.id)),
  required: ctx.tenant.require_mfa ?? false,
})

/** Backup codes go with the last factor they stand in for: the next one comes with new codes. */
export async function dropIdleCodes(tx: Writer, user_id: string): Promise<void> {
  if (!(await hasFactor(tx, user_id))) await tx.delete(backup_codes).where(eq(backup_codes.user_id, user_id))
}

/**
 * The session that has just proven a new factor counts as signed in with two, under a new cookie. With the first factor
 * of an account its other sessions end, for they have proven none.
 */
export async function raiseSession({ app, actor, db }: Tx, first: boolean) {
  if (first) await app.credentials.endOtherSessions(db, actor.id, actor.session_id)
  const renewed = await app.credentials.renew(db, actor.id, actor.session_id ?? '', { mfa: true })
  if (!renewed) throw fail('UNAUTHORIZED')
  return renewed
}
export type Raised = Awaited<ReturnType<typeof raiseSession>>

/** A letter to the person whose factors have changed: if it was not them, they know. */
export async function tellOwner(ctx: Ctx): Promise<(tx: Tx, what: string) => Promise<void>> {
  const { user } = await userOf(ctx)
  return ({ app, db, at }, what) =>
    post(app, db, user.email, { kind: 'second_factor_changed', name: user.name, what, at })
}
