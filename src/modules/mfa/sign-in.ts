import { and, eq, lt } from 'drizzle-orm'
import { users } from '#db/schema/auth'
import { passkeys } from '#db/schema/mfa'
import { isoAt } from '#kernel/clock'
import type { App } from '#kernel/context'
import { fail } from '#kernel/fail'
import { sha256 } from '#kernel/secrets'
import {
  enter,
  knownDevice,
  MFA_ATTEMPTS,
  openFlow,
  type PendingEntry,
  peekFlow,
  takeFlow,
  throttled,
  tryFlow,
  type Where,
} from '#modules/auth/service'
import type { Assertion, MfaCode, MfaPasskey, PasskeyProof } from './schema'
import { takeCode } from './totp'
import { handleOf, PASSKEY_FLOW_S, type Passkey, requestOptions, verifyAssertion } from './webauthn'

const over = () => fail('UNAUTHORIZED', { message: 'This sign-in is over: begin again' })
const refused = () => fail('UNAUTHORIZED', { message: 'This passkey is not known here, or was not accepted' })

/** The way in of somebody whose second factor is proven. */
async function finish(app: App, mfa_token: string, where: Where) {
  const pending = await takeFlow<PendingEntry>(app, 'mfa', mfa_token)
  if (!pending) throw over()
  const { cookies, answer } = await enter(app, pending.user_id, { ...pending.how, mfa: true }, where)
  if ('mfa_required' in answer) throw new Error('A second factor was asked for twice')
  return { cookies, answer }
}
export type SignedInNow = Awaited<ReturnType<typeof finish>>

/** The second step of a sign-in, with a code of the authenticator app or a backup code. */
export async function enterWithCode(app: App, { mfa_token, code }: MfaCode, where: Where) {
  const pending = await peekFlow<PendingEntry>(app, 'mfa', mfa_token)
  if (!pending) throw over()
  const { user_id } = pending
  const [user] = await app.db.read.select({ email: users.email }).from(users).where(eq(users.id, user_id))
  // Guesses are counted by person: a new sign-in does not buy fresh ones, nor does a cookie somebody made up.
  const apart = user && (await knownDevice(app, user.email, where.device))
  const proven = await throttled(app, { account: user_id, mfa: true, address: where.address, apart }, async () => {
    if (!(await tryFlow(app, 'mfa', mfa_token, MFA_ATTEMPTS))) throw over()
    const at = isoAt(app.clock.now())
    return (await app.db.tx((tx) => takeCode(app, tx, user_id, code, at))) || undefined
  })
  if (!proven) throw fail('MFA_CODE_INVALID')
  return finish(app, mfa_token, where)
}

/** A challenge for one of the person's passkeys; `entry` ties it to the sign-in it belongs to. */
type SecondFactor = { challenge: string; entry: string }

export async function secondPasskeyOptions(app: App, mfa_token: string) {
  const pending = await peekFlow<PendingEntry>(app, 'mfa', mfa_token)
  if (!pending) throw over()
  const { user_id } = pending
  const keys = await app.db.read.select().from(passkeys).where(eq(passkeys.user_id, user_id))
  if (keys.length === 0) throw fail('CONFLICT', { message: 'This account has no passkey: use a code' })
  const options = await requestOptions(app, keys, 'preferred')
  const data: SecondFactor = { challenge: options.challenge, entry: sha256(mfa_token) }
  const flow = await openFlow(app, 'passkey_second_factor', data, { life_s: PASSKEY_FLOW_S, user_id })
  return { flow, options: { ...options } }
}

export async function enterWithSecondPasskey(app: App, { mfa_token, flow, response }: MfaPasskey, where: Where) {
  const pending = await tryFlow<PendingEntry>(app, 'mfa', mfa_token, MFA_ATTEMPTS)
  if (!pending) throw over()
  const asked = await takeFlow<SecondFactor>(app, 'passkey_second_factor', flow)
  const mine = and(eq(passkeys.user_id, pending.user_id), eq(passkeys.credential_id, response.id))
  const [key] = await app.db.read.select().from(passkeys).where(mine)
  const known = asked?.entry === sha256(mfa_token) && key
  const proven = known && (await prove(app, key, response, { challenge: asked.challenge, verification: 'preferred' }))
  if (!proven) throw fail('MFA_CODE_INVALID', { message: 'This passkey was not accepted: try again' })
  return finish(app, mfa_token, where)
}

/** Options to sign in with nothing but a passkey, whosever it is. */
export async function passkeyOptions(app: App) {
  const options = await requestOptions(app, [], 'required')
  const flow = await openFlow(app, 'passkey_sign_in', { challenge: options.challenge }, { life_s: PASSKEY_FLOW_S })
  return { flow, options: { ...options } }
}

/** Something one has, and the finger or PIN that unlocks it: that is two factors. */
export async function enterWithPasskey(app: App, { flow, response }: PasskeyProof, where: Where) {
  const asked = await takeFlow<{ challenge: string }>(app, 'passkey_sign_in', flow)
  if (!asked) throw over()
  const [key] = await app.db.read.select().from(passkeys).where(eq(passkeys.credential_id, response.id))
  const owner = key && Buffer.from(handleOf(key.user_id)).toString('base64url')
  if (!key || response.response.userHandle !== owner) throw refused()
  if (!(await prove(app, key, response, { challenge: asked.challenge, verification: 'required' }))) throw refused()
  const { cookies, answer } = await enter(app, key.user_id, { method: 'passkey', mfa: true }, where)
  if ('mfa_required' in answer) throw new Error('A second factor was asked for after a passkey')
  return { cookies, answer }
}

/** Verifies the signature and remembers the counter: a copy of the key that was used later is noticed. */
async function prove(app: App, key: Passkey, response: Assertion, expected: Parameters<typeof verifyAssertion>[3]) {
  const proof = await verifyAssertion(app, response, key, expected)
  if (!proof) return false
  const { newCounter: counter, credentialBackedUp: backed_up } = proof
  // Keys that do not count always answer 0. Again here, for two that were verified at the same moment.
  const ahead = counter === 0 ? eq(passkeys.counter, 0) : lt(passkeys.counter, counter)
  const used = await app.db.tx((tx) =>
    tx
      .update(passkeys)
      .set({ counter, backed_up, last_used_at: isoAt(app.clock.now()) })
      .where(and(eq(passkeys.id, key.id), ahead))
      .returning({ id: passkeys.id }),
  )
  return used.length > 0
}
