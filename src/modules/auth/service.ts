import { eq } from 'drizzle-orm'
import { users } from '#db/schema/auth'
import { change } from '#kernel/change'
import { type App, type Ctx, nowhere, systemCtx } from '#kernel/context'
import { normalEmail } from '#kernel/email'
import { fail } from '#kernel/fail'
import { checkPassword, withPlace } from '#kernel/passwords'
import { acceptInvitation, insertTenant, invitedTo, vouchesFor } from '#modules/tenants/service'
import { insertUser, newHash } from './accounts'
import { enter, type Where } from './enter'
import { mailVerification } from './recovery'
import type { Login, Register } from './schema'
import { knownDevice, throttled } from './throttle'

export { insertUser, publicUser } from './accounts'
export * from './enter'
export * from './flows'
export { deleteLeavers, leave, stay } from './leaving'
export { allUsers, promote, resetPassword, tokenFor, userByEmail } from './operator'
export { requireProof, updateUser, userOf } from './profile'
export {
  confirmReset,
  type EndAccess,
  mailVerification,
  requestReset,
  resendVerification,
  verifyEmail,
} from './recovery'
export { MfaRequired, SignedIn } from './schema'
export { needsSetup, offerSetup, setUp } from './setup'
export { signInConfig } from './sign-in-config'
export { forgetFailures, knownDevice, throttled } from './throttle'
export { dropExpiredTokens } from './tokens'
export { factorsOf, requireWayIn, secondFactorsOf } from './ways-in'

/** Another place that knows passwords (a directory): the id of the user it vouches for. */
export type Directory = (name: string, password: string, where: Where) => Promise<string | undefined>

/** Who that is; the same answer for an unknown account and a wrong password, after the same work. */
async function knownBy(app: App, { email, password }: Login, where: Where, directory?: Directory) {
  const { address } = where
  const account = normalEmail(email)
  const apart = await knownDevice(app, account, where.device)
  return throttled(app, { account, address, apart }, async () => {
    const [user] = await app.db.read.select().from(users).where(eq(users.email, account))
    if (await checkPassword(password, user?.password_hash))
      return user && { id: user.id, method: 'password', password_hash: user.password_hash ?? undefined }
    const id = await directory?.(email.trim(), password, where)
    return id === undefined ? undefined : { id, method: 'ldap', password_hash: undefined }
  })
}

/** Signs in with a name and a password, of this appliance or of a directory. */
export async function login(app: App, given: Login, where: Where, directory?: Directory) {
  const proven = await withPlace(() => knownBy(app, given, where, directory))
  if (!proven) throw fail('UNAUTHORIZED', { message: 'The e-mail address or the password is wrong' })
  const { id, ...how } = proven
  return enter(app, id, how, where)
}

/** A new account: by invitation into an existing workspace, or (mode `open`) with a workspace of its own. */
export async function register(app: App, draft: Register, where: Where) {
  const mode = app.config.registration
  const email = normalEmail(draft.email)
  if (mode === 'closed') throw fail('FORBIDDEN', { message: 'Registration is closed here' })
  if (mode === 'invite' && !draft.invitation)
    throw fail('FORBIDDEN', { message: 'Registration needs an invitation here' })
  const hash = await newHash(draft.password, [draft.name, email])
  const { name, invitation } = draft
  const outside = systemCtx(app, nowhere, where)
  // Whoever comes by invitation is recorded where they come in.
  const tenant = invitation ? await invitedTo(outside, invitation, 'invitation') : nowhere
  const user = await change({ ...outside, tenant }, 'user.registered', async ({ db, at }) => {
    // First of all: without an invitation, nobody hears which addresses have an account.
    const email_verified = invitation ? await vouchesFor(app, db, invitation, email, at) : false
    const user = await insertUser(db, { name, email, email_verified }, hash, at)
    if (invitation) await acceptInvitation(db, invitation, user, at)
    else await insertTenant(db, draft.workspace ?? `${name}'s workspace`, 'UTC', user.id, at)
    if (!email_verified) await mailVerification(app, db, user, at)
    return user
  })
  return enter(app, user.id, { method: 'password' }, where)
}

/** Ends the session that asks. An API token has none to end. */
export const logout = (ctx: Ctx) =>
  change(ctx, 'session.revoked', async ({ db }) => {
    if (!ctx.actor.session_id) throw fail('BAD_REQUEST', { message: 'A token is revoked, not signed out' })
    const [gone] = await ctx.app.credentials.endSession(db, ctx.actor.id, ctx.actor.session_id)
    return { id: gone?.public_id ?? ctx.actor.session_id }
  })
