import { and, eq } from 'drizzle-orm'
import { users } from '#db/schema/auth'
import { sessions } from '#db/schema/credentials'
import { change, found } from '#kernel/change'
import { isoAt } from '#kernel/clock'
import { type App, type Ctx, nowhere, systemCtx } from '#kernel/context'
import { normalEmail } from '#kernel/email'
import { fail, invalid } from '#kernel/fail'
import { checkPassword } from '#kernel/passwords'
import { requireZone } from '#kernel/zone'
import { acceptInvitation, insertTenant } from '#modules/tenants/service'
import { insertUser, newHash, publicUser } from './accounts'
import { enter, type Where } from './enter'
import type { Login, Register } from './schema'
import { throttled } from './throttle'

export { insertUser, publicUser } from './accounts'
export * from './enter'
export * from './flows'
export { SignedIn } from './schema'
export { needsSetup, offerSetup, resetPassword, setUp, tokenFor } from './setup'
export { throttled } from './throttle'

/** Another place that knows passwords (a directory): the id of the user it vouches for. */
export type Directory = (name: string, password: string, where: Where) => Promise<string | undefined>

/** The same answer for an unknown account and a wrong password, after the same work. */
export async function login(app: App, { email, password }: Login, where: Where, directory?: Directory) {
  const { address, device } = where
  const account = normalEmail(email)
  const proven = await throttled(app, { account, address, device }, async () => {
    const [user] = await app.db.read.select().from(users).where(eq(users.email, account))
    if (await checkPassword(password, user?.password_hash)) return user && { id: user.id, method: 'password' }
    const id = await directory?.(email.trim(), password, where)
    return id === undefined ? undefined : { id, method: 'ldap' }
  })
  if (!proven) throw fail('UNAUTHORIZED', { message: 'The e-mail address or the password is wrong' })
  return enter(app, proven.id, { method: proven.method }, where)
}

/** A new account: by invitation into an existing workspace, or (mode `open`) with a workspace of its own. */
export async function register(app: App, draft: Register, where: Where) {
  const mode = app.config.registration
  const email = normalEmail(draft.email)
  if (mode === 'closed') throw fail('FORBIDDEN', { message: 'Registration is closed here' })
  if (mode === 'invite' && !draft.invitation)
    throw fail('FORBIDDEN', { message: 'Registration needs an invitation here' })
  const hash = await newHash(draft.password, [draft.name, email])
  const at = isoAt(app.clock.now())
  const user = await change(systemCtx(app, nowhere, where), 'user.registered', async ({ db }) => {
    const { name, invitation } = draft
    // The link of an invitation went to that address.
    const user = await insertUser(db, { name, email, email_verified: invitation !== undefined }, hash, at)
    if (invitation) await acceptInvitation(db, invitation, user, at)
    else await insertTenant(db, draft.workspace ?? `${name}'s workspace`, 'UTC', user.id, at)
    return user
  })
  return enter(app, user.id, { method: 'password' }, where)
}

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
    const right = await throttled(ctx.app, { account: user.email, address, device: actor.session_id }, async () =>
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

/** Own profile. A new address or password needs the current password and ends the other sessions. */
export async function updateUser(ctx: Ctx, { current_password, new_password, ...edit }: Edit) {
  requireZone(edit.timezone)
  const { user, password_hash } = await userOf(ctx)
  const email = edit.email && normalEmail(edit.email)
  const newEmail = email !== undefined && email !== user.email ? email : undefined
  const sensitive = new_password !== undefined || newEmail !== undefined
  if (sensitive) await requireProof(ctx, current_password)
  const hash =
    new_password === undefined ? password_hash : await newHash(new_password, [user.name, user.email], 'new_password')
  return change(ctx, 'user.updated', async ({ db, at }) => {
    if (newEmail && (await db.$count(users, eq(users.email, newEmail))) > 0)
      throw fail('CONFLICT', { message: 'There is already an account with this e-mail address' })
    const { name, timezone } = edit
    const set = {
      ...{ name, timezone, password_hash: hash, updated_at: at },
      ...(newEmail && { email: newEmail, email_verified_at: null }),
    }
    const row = found(await db.update(users).set(set).where(eq(users.id, ctx.actor.id)).returning())
    if (sensitive) await ctx.app.credentials.endOtherSessions(db, row.id, ctx.actor.session_id)
    return row
  })
}

/** Ends the session that asks. An API token has none to end. */
export const logout = (ctx: Ctx) =>
  change(ctx, 'session.revoked', async ({ db }) => {
    if (!ctx.actor.session_id) throw fail('BAD_REQUEST', { message: 'A token is revoked, not signed out' })
    const [gone] = await ctx.app.credentials.endSession(db, ctx.actor.id, ctx.actor.session_id)
    return { id: gone?.public_id ?? ctx.actor.session_id }
  })
