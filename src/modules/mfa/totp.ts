import { and, eq, isNotNull, isNull, lt, or } from 'drizzle-orm'
import { Secret, TOTP } from 'otpauth'
import type { Writer } from '#db/client'
import { totp_secrets } from '#db/schema/mfa'
import { change } from '#kernel/change'
import type { App, Ctx } from '#kernel/context'
import { fail, invalid } from '#kernel/fail'
import { originOf } from '#kernel/origin'
import { factorsOf, requireProof, throttled, userOf } from '#modules/auth/service'
import { replaceCodes, takeBackupCode } from './backup-codes'
import { dropIdleCodes, type Raised, raiseSession, tellOwner } from './factors'

const STEP_MS = 30_000
// 160 bits, the length RFC 4226 section 4 recommends.
const SECRET_BYTES = 20

const place = (user_id: string) => `totp_secrets:secret:${user_id}`
const mine = (user_id: string) => eq(totp_secrets.user_id, user_id)

/** What every authenticator app understands: SHA-1, six digits, 30 seconds. */
const generatorOf = (secret: string, names: { issuer?: string; label?: string } = {}) =>
  new TOTP({ ...names, algorithm: 'SHA1', digits: 6, period: STEP_MS / 1000, secret: Secret.fromBase32(secret) })

/** The 30-second step that a code belongs to, of now or its neighbours (clocks differ); nothing for a wrong code. */
export function stepOf(secret: string, typed: string, now: number): number | undefined {
  const token = typed.replace(/\s/g, '')
  const delta = generatorOf(secret).validate({ token, timestamp: now, window: 1 })
  return delta === null ? undefined : Math.floor(now / STEP_MS) + delta
}

/** Whether the code is good, which it is once: neither it nor an older one is taken again, not at the same moment either. */
async function takeTotp({ vault, clock }: App, tx: Writer, user_id: string, code: string): Promise<boolean> {
  const confirmed = and(mine(user_id), isNotNull(totp_secrets.confirmed_at))
  const [row] = await tx.select().from(totp_secrets).where(confirmed)
  const step = row && stepOf(vault.open(row.secret, place(user_id)), code, clock.now())
  if (step === undefined) return false
  const unused = or(isNull(totp_secrets.last_step), lt(totp_secrets.last_step, step))
  const taken = await tx
    .update(totp_secrets)
    .set({ last_step: step })
    .where(and(confirmed, unused))
    .returning({ id: totp_secrets.user_id })
  return taken.length > 0
}

/** A code of the authenticator app, or a backup code in its place. */
export const takeCode = async (app: App, tx: Writer, user_id: string, code: string, at: string): Promise<boolean> =>
  (await takeTotp(app, tx, user_id, code)) || (await takeBackupCode(app, tx, user_id, code, at))

/** Guesses are counted by person, so that a new sign-in does not buy fresh ones. */
export const guessed = ({ actor, address = '' }: Ctx) => ({
  account: actor.id,
  mfa: true as const,
  address,
  apart: actor.session_id,
})

/** A new secret for an authenticator app; it counts once a first code has shown that the app has it. */
export async function beginTotp(ctx: Ctx, current_password: string | undefined) {
  await requireProof(ctx, current_password)
  const { user } = await userOf(ctx)
  const secret = new Secret({ size: SECRET_BYTES }).base32
  await change(ctx, 'user.mfa_started', async ({ app, db, at }) => {
    if ((await factorsOf(db, user.id)).totp) throw fail('MFA_ALREADY_ENABLED')
    const row = { secret: app.vault.seal(secret, place(user.id)), last_step: null, created_at: at }
    await db
      .insert(totp_secrets)
      .values({ ...row, user_id: user.id })
      .onConflictDoUpdate({ target: totp_secrets.user_id, set: row })
    return { id: user.id }
  })
  // Somebody who has two appliances tells their codes apart by it.
  const issuer = `Xinex ${new URL(originOf(ctx.app.config)).hostname.replace(/[[\]:]/g, ' ').trim()}`
  return { secret, otpauth_url: generatorOf(secret, { issuer, label: user.email }).toString() }
}

type Confirmed = { backup_codes: string[]; session: Raised }

export async function confirmTotp(ctx: Ctx, code: string): Promise<Confirmed> {
  const [pending] = await ctx.db.select().from(totp_secrets).where(mine(ctx.actor.id))
  if (!pending) throw fail('CONFLICT', { message: 'Ask for a secret first: POST /me/mfa/totp' })
  if (pending.confirmed_at) throw fail('MFA_ALREADY_ENABLED')
  const tell = await tellOwner(ctx)
  let answer: Confirmed | undefined
  await throttled(ctx.app, guessed(ctx), () =>
    change(ctx, 'user.mfa_enabled', async (tx) => {
      const { app, db, at, actor } = tx
      const before = await factorsOf(db, actor.id)
      const step = stepOf(app.vault.open(pending.secret, place(actor.id)), code, tx.now())
      if (step === undefined) throw fail('MFA_CODE_INVALID')
      const confirmed = await db
        .update(totp_secrets)
        .set({ confirmed_at: at, last_step: step })
        .where(and(mine(actor.id), eq(totp_secrets.secret, pending.secret), isNull(totp_secrets.confirmed_at)))
        .returning({ id: totp_secrets.user_id })
      if (confirmed.length === 0) throw fail('CONFLICT', { message: 'Another secret was asked for in the meantime' })
      const backup_codes = before.backup_codes_left > 0 ? [] : await replaceCodes(app, db, actor.id, at)
      answer = { backup_codes, session: await raiseSession(tx, before.passkeys === 0) }
      await tell(tx, 'An authenticator app was set up')
      return { id: actor.id, factor: 'totp' }
    }),
  )
  if (!answer) throw fail('MFA_CODE_INVALID')
  return answer
}

/** Takes the authenticator app away; a confirmed one only for a code of it, or a backup code. */
export async function removeTotp(ctx: Ctx, { current_password, code }: { current_password?: string; code?: string }) {
  await requireProof(ctx, current_password)
  const [row] = await ctx.db.select().from(totp_secrets).where(mine(ctx.actor.id))
  if (!row) throw fail('NOT_FOUND')
  const enabled = row.confirmed_at !== null
  const same = enabled ? isNotNull : isNull
  if (enabled && !code) throw invalid({ code: 'is required: a code of the app, or a backup code' })
  const tell = await tellOwner(ctx)
  const remove = () =>
    change(ctx, 'user.mfa_disabled', async (tx) => {
      const { app, db, at, actor } = tx
      if (enabled && !(await takeCode(app, db, actor.id, code ?? '', at))) throw fail('MFA_CODE_INVALID')
      // Only what was looked at: confirmed in the meantime, it is not given away without a code.
      const seen = and(mine(actor.id), eq(totp_secrets.secret, row.secret), same(totp_secrets.confirmed_at))
      if ((await db.delete(totp_secrets).where(seen).returning()).length === 0)
        throw fail('CONFLICT', { message: 'It was changed in the meantime: look again' })
      await dropIdleCodes(db, actor.id)
      if (enabled) await tell(tx, 'The authenticator app was removed')
      return { id: actor.id, factor: 'totp', was_enabled: enabled }
    })
  await (enabled ? throttled(ctx.app, guessed(ctx), remove) : remove())
}
