import { eq, inArray, isNotNull, or } from 'drizzle-orm'
import type { Reader, Writer } from '#db/client'
import { auth_flows, known_devices, users } from '#db/schema/auth'
import { passkeys, totp_secrets } from '#db/schema/mfa'
import { sign_in_providers } from '#db/schema/sign-in-providers'
import { forgetDevicesOf } from '#engine/devices'
import { change } from '#kernel/change'
import { isoAt } from '#kernel/clock'
import { type App, type Ctx, nowhere, systemCtx } from '#kernel/context'
import { normalEmail } from '#kernel/email'
import { AppError, fail, invalid } from '#kernel/fail'
import { originOf } from '#kernel/origin'
import { sha256 } from '#kernel/secrets'
import { canMail, post, pretend } from '#modules/mails/service'
import { newHash } from './accounts'
import type { User, Where } from './enter'
import { forgetGuesses } from './throttle'
import { endPending, issueUserToken, ownerOf, type Purpose, pauseLeft, redeem } from './tokens'
import { isVouchedFor } from './ways-in'

const asked = (app: App, { address, request_id }: Where) => systemCtx(app, nowhere, { address, request_id })
const spent = () => invalid({ token: 'was used already, or is too old: ask for another mail' })

/** Queues the mail that lets somebody choose a new password. */
async function mailReset(app: App, tx: Writer, user: User, at: string) {
  const token = await issueUserToken(tx, 'reset_password', user, at)
  const url = `${originOf(app.config)}/reset-password?token=${token}`
  await post(app, tx, user.email, { kind: 'reset_password', name: user.name, url })
}

/** The same writes as for an account, with nothing left of them: how long it takes must not say which addresses exist. */
const nobodys = (app: App, email: string, at: string) =>
  app.db.tx(async (tx) => {
    for (const hash of [sha256(`${email}:${at}`), sha256(`${at}:${email}`)]) {
      await tx.insert(auth_flows).values({ hash, kind: '', data: email, expires_at: at })
      await tx.delete(auth_flows).where(eq(auth_flows.hash, hash))
    }
    await pretend(app, tx, email, { kind: 'reset_password', name: email, url: originOf(app.config) })
  })

/**
 * Whether an organization decides when and how this person signs in: without a password here, and its single sign-on, its
 * directory or its proxy vouches for them. A mail must not lead past it, nor outlast it: once that is switched off, it does.
 */
async function isOrganizations({ db }: App, user: User | undefined): Promise<boolean> {
  const { tenant_id, kind } = sign_in_providers
  const vouched = await isVouchedFor(
    db.read,
    user?.id ?? '',
    or(isNotNull(tenant_id), inArray(kind, ['ldap', 'header'])),
  )
  return user?.password_hash === null && vouched
}

/** Inside a transaction, so that of many requests at once one is answered with a mail. */
async function requirePause(app: App, db: Reader | Writer, purpose: Purpose, user_id: string) {
  const wait_ms = await pauseLeft(app, db, purpose, user_id)
  if (wait_ms <= 0) return
  const retry_after_s = Math.ceil(wait_ms / 1000)
  throw fail('RATE_LIMITED', {
    message: `A mail was sent just now; ask for another in ${retry_after_s} s`,
    headers: { 'retry-after': String(retry_after_s) },
    details: { retry_after_s },
  })
}

/** Sends a link to choose a new password. Says nothing about whether there is such an account. */
export async function requestReset(app: App, given: string, where: Where): Promise<void> {
  const email = normalEmail(given)
  const [user] = await app.db.read.select().from(users).where(eq(users.email, email))
  if (!canMail(app)) return
  const early = await pauseLeft(app, app.db.read, 'reset_password', user?.id ?? '')
  const foreign = await isOrganizations(app, user)
  if (!user || early > 0 || foreign) return nobodys(app, email, isoAt(app.clock.now()))
  await change(asked(app, where), 'user.password_reset_requested', async ({ db, at }) => {
    await requirePause(app, db, 'reset_password', user.id)
    await mailReset(app, db, user, at)
    return { id: user.id }
  }).catch((error) => {
    if (error instanceof AppError && error.code === 'RATE_LIMITED') return nobodys(app, email, isoAt(app.clock.now()))
    throw error
  })
}

/** Ends what other modules gave away in the name of a user. */
type End = (tx: Writer, user_id: string, at: string) => Promise<unknown>
export type EndAccess = { programs: End; identities: End }

/** A new password for somebody who has proven another way that it is them: ends everything that hung on the old one. */
export async function replacePassword(app: App, tx: Writer, user: User, password_hash: string, at: string) {
  const [row] = await tx.update(users).set({ password_hash, updated_at: at }).where(eq(users.id, user.id)).returning()
  if (!row) throw fail('NOT_FOUND')
  await app.credentials.endOtherSessions(tx, user.id, undefined)
  await endPending(tx, user.id)
  await forgetGuesses(tx, user.email)
  // Whoever else was in signs in from a new device, and the owner hears of it.
  await tx.delete(known_devices).where(eq(known_devices.user_id, user.id))
  await post(app, tx, user.email, { kind: 'password_changed', name: user.name, at })
  return row
}

/**
 * The address was somebody's word until now, and the account perhaps not made by who has just shown that it is theirs:
 * no way in of before stays. Second factors do, for the address may as well be a slip of the keyboard; while there are
 * any, the address is not confirmed by this.
 */
async function settleOwner(app: App, tx: Writer, user: User, at: string, { identities }: EndAccess) {
  await app.credentials.revokeTokensOf(tx, user.id)
  await identities(tx, user.id, at)
  const own = (table: typeof passkeys | typeof totp_secrets) => eq(table.user_id, user.id)
  const factors = (await tx.$count(passkeys, own(passkeys))) + (await tx.$count(totp_secrets, own(totp_secrets)))
  if (factors === 0) await tx.update(users).set({ email_verified_at: at }).where(eq(users.id, user.id))
}

/** The link from the mail: sets the password, and proves that the address is theirs. Nobody is signed in by it. */
export async function confirmReset(app: App, token: string, new_password: string, where: Where, end: EndAccess) {
  const known = await ownerOf(app.db.read, 'reset_password', token, isoAt(app.clock.now()))
  if (!known) throw spent()
  const hash = await newHash(new_password, [known.name, known.email], 'new_password')
  await change(asked(app, where), 'user.password_reset', async ({ db, at }) => {
    const user = await redeem(db, 'reset_password', token, at)
    if (!user) throw spent()
    if (user.email_verified_at === null) await settleOwner(app, db, user, at, end)
    await end.programs(db, user.id, at)
    await forgetDevicesOf(db, user.id)
    return replacePassword(app, db, user, hash, at)
  })
}

/** Queues the mail that lets somebody confirm their address, inside the transaction that gave it to them. */
export async function mailVerification(app: App, tx: Writer, user: User, at: string) {
  const token = await issueUserToken(tx, 'verify_email', user, at)
  const url = `${originOf(app.config)}/verify-email?token=${token}`
  await post(app, tx, user.email, { kind: 'verify_email', name: user.name, url })
}

/** The link from the mail: the address is theirs. Answers the address. */
export async function verifyEmail(app: App, token: string, where: Where) {
  const user = await change(asked(app, where), 'user.email_verified', async ({ db, at }) => {
    const user = await redeem(db, 'verify_email', token, at)
    if (!user) throw spent()
    await db.update(users).set({ email_verified_at: at, updated_at: at }).where(eq(users.id, user.id))
    return { ...user, email_verified_at: at }
  })
  return { email: user.email }
}

export async function resendVerification(ctx: Ctx): Promise<void> {
  const { app, actor } = ctx
  const [user] = await ctx.db.select().from(users).where(eq(users.id, actor.id))
  if (!user) throw fail('NOT_FOUND')
  if (user.email_verified_at !== null) throw fail('CONFLICT', { message: 'This address is confirmed already' })
  if (!canMail(app)) throw fail('SERVICE_UNAVAILABLE', { message: 'This Xinex has no mail server' })
  await app.db.tx(async (tx) => {
    await requirePause(app, tx, 'verify_email', user.id)
    await mailVerification(app, tx, user, isoAt(ctx.now()))
  })
}
