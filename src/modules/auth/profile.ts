import { and, eq } from 'drizzle-orm'
import { users } from '#db/schema/auth'
import { sessions } from '#db/schema/credentials'
import { change, found } from '#kernel/change'
import type { Ctx } from '#kernel/context'
import { normalEmail } from '#kernel/email'
import { fail, invalid } from '#kernel/fail'
import { checkPassword } from '#kernel/passwords'
import { requireZone } from '#kernel/zone'
import { post } from '#modules/mails/service'
import { newHash, publicUser } from './accounts'
import { type EndAccess, mailVerification } from './recovery'
import { throttled } from './throttle'
import { endPending } from './tokens'

export async function userOf(ctx: Ctx) {
  const row = found(await ctx.db.select().from(users).where(eq(users.id, ctx.actor.id)))
  return { user: publicUser(row), password_hash: row.password_hash }
}

type Edit = { name?: string; timezone?: string; email?: string; current_password?: string; new_password?: string }

/** How old a sign-in may be when somebody without a password changes how they sign in. */
const RECENT_MS = 15 * 60_000

/** Throws unless the person has just proven that it is them: by their password, or without one by a fresh sign-in. */
export async function requireProof(ctx: Ctx, current_password: string | undefined) {
  const { user, password_hash } = await userOf(ctx)
  if (ctx.actor.kind !== 'session' || ctx.actor.bound)
    throw fail('FORBIDDEN', { message: 'This is done from a session you signed in to with your own account' })
  if (password_hash !== null) {
    const { address = '', actor } = ctx
    const right = await throttled(ctx.app, { account: user.email, address, apart: actor.session_id }, async () =>
      (await checkPassword(current_password ?? '', password_hash)) ? true : undefined,
    )
    if (!right) throw invalid({ current_password: 'is not your current password' })
    return
  }
  const [session] = await ctx.db
    .select({ created_at: sessions.created_at })
    .from(sessions)
    .where(and(eq(sessions.user_id, user.id), eq(sessions.public_id, ctx.actor.session_id ?? '')))
  if (!session || ctx.now() - Date.parse(session.created_at) > RECENT_MS)
    throw fail('FORBIDDEN', { message: 'Sign in again first: your last sign-in is more than 15 minutes ago' })
}

/**
 * Own profile. A new address or password needs proof that it is them, and ends the other sessions; a new password also
 * what was allowed to programs (`endPrograms`).
 */
export async function updateUser(
  ctx: Ctx,
  { current_password, new_password, ...edit }: Edit,
  endPrograms: EndAccess['programs'],
) {
  requireZone(edit.timezone)
  const { app } = ctx
  const { user, password_hash } = await userOf(ctx)
  const email = edit.email && normalEmail(edit.email)
  const newEmail = email !== undefined && email !== user.email ? email : undefined
  const sensitive = new_password !== undefined || newEmail !== undefined
  if (sensitive) await requireProof(ctx, current_password)
  const hash =
    new_password === undefined ? undefined : await newHash(new_password, [user.name, user.email], 'new_password')
  return change(ctx, 'user.updated', async ({ db, at }) => {
    const [now] = await db.select().from(users).where(eq(users.id, user.id))
    // Replaced while this waited: what proved that it is them proves nothing any more.
    if (sensitive && now?.password_hash !== password_hash)
      throw fail('CONFLICT', { message: 'The password was changed meanwhile' })
    if (newEmail && (await db.$count(users, eq(users.email, newEmail))) > 0)
      throw fail('CONFLICT', { message: 'There is already an account with this e-mail address' })
    const { name, timezone } = edit
    const set = {
      ...{ name, timezone, updated_at: at },
      ...(hash && { password_hash: hash }),
      ...(newEmail && { email: newEmail, email_verified_at: null }),
    }
    const row = found(await db.update(users).set(set).where(eq(users.id, ctx.actor.id)).returning())
    if (!sensitive) return row
    await app.credentials.endOtherSessions(db, row.id, ctx.actor.session_id)
    await endPending(db, row.id)
    // To the old address: whoever took the account over reads the new one.
    if (newEmail) await post(app, db, user.email, { kind: 'email_changed', name: user.name, new_email: newEmail, at })
    if (newEmail) await mailVerification(app, db, row, at)
    if (new_password === undefined) return row
    await endPrograms(db, row.id, at)
    await post(app, db, user.email, { kind: 'password_changed', name: user.name, at })
    return row
  })
}
