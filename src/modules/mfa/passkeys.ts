import { and, eq } from 'drizzle-orm'
import { paginate } from '#db/query'
import { passkeys } from '#db/schema/mfa'
import { change, found } from '#kernel/change'
import type { Ctx, Tx } from '#kernel/context'
import { fail, invalid } from '#kernel/fail'
import type { PageQuery } from '#kernel/page'
import { openFlow, requireProof, requireWayIn, takeFlow, userOf } from '#modules/auth/service'
import { dropIdleCodes, hasFactor, type Raised, raiseSession, tellOwner } from './factors'
import type { PasskeyDraft } from './schema'
import { creationOptions, PASSKEY_FLOW_S, type Passkey, verifyAttestation } from './webauthn'

const MOST_PASSKEYS = 20

/** Asked before the key is made, and again when it is stored: several may be made at once. */
function requireRoom(passkeys: number) {
  if (passkeys >= MOST_PASSKEYS)
    throw fail('CONFLICT', { message: `An account has at most ${MOST_PASSKEYS} passkeys: remove one first` })
}

const own = ({ actor }: Ctx | Tx) => eq(passkeys.user_id, actor.id)
const ownOne = (ctx: Ctx | Tx, id: string) => and(own(ctx), eq(passkeys.id, id))

const shown = ({ id, name, backed_up, transports, last_used_at, created_at }: Passkey) => ({
  ...{ id, name, backed_up, transports, last_used_at, created_at },
})

export async function listPasskeys(ctx: Ctx, query: PageQuery) {
  const { items, ...page } = await paginate(ctx.db, passkeys, own(ctx), query)
  return { items: items.map(shown), ...page }
}

/** A challenge waits for the very session that asked for it. */
type Registration = { challenge: string; user_id: string; session_id: string | undefined }

export async function beginPasskey(ctx: Ctx, current_password: string | undefined) {
  await requireProof(ctx, current_password)
  const { user } = await userOf(ctx)
  const known = await ctx.db.select().from(passkeys).where(own(ctx))
  requireRoom(known.length)
  const options = await creationOptions(ctx.app, user, known)
  const data: Registration = { challenge: options.challenge, user_id: user.id, session_id: ctx.actor.session_id }
  const flow = await openFlow(ctx.app, 'passkey_registration', data, { life_s: PASSKEY_FLOW_S, user_id: user.id })
  return { flow, options: { ...options } }
}

export async function addPasskey(ctx: Ctx, { flow, name, response }: PasskeyDraft) {
  const { app, actor } = ctx
  const pending = await takeFlow<Registration>(app, 'passkey_registration', flow)
  if (!pending || pending.user_id !== actor.id || pending.session_id !== actor.session_id)
    throw invalid({ flow: 'is over or was used: begin again' })
  const made = await verifyAttestation(app, response, pending.challenge)
  if (!made) throw invalid({ response: 'was not made for this request, on this site' })
  const { credential, credentialBackedUp: backed_up } = made
  const tell = await tellOwner(ctx)
  let session: Raised | undefined
  const row = await change(ctx, 'passkey.created', async (tx) => {
    const { db, at } = tx
    requireRoom(await db.$count(passkeys, own(tx)))
    const first = !(await hasFactor(db, actor.id))
    if ((await db.$count(passkeys, eq(passkeys.credential_id, credential.id))) > 0)
      throw fail('CONFLICT', { message: 'This passkey is known here already' })
    const [row] = await db
      .insert(passkeys)
      .values({
        ...{ user_id: actor.id, name, backed_up, created_at: at },
        credential_id: credential.id,
        public_key: Buffer.from(credential.publicKey),
        counter: credential.counter,
        transports: response.response.transports ?? [],
      })
      .returning()
    if (!row) throw new Error('The passkey row was not returned')
    session = await raiseSession(tx, first)
    await tell(tx, `The passkey “${name}” was added`)
    return row
  })
  if (!session) throw new Error('A passkey was added without a session')
  return { passkey: shown(row), session }
}

export const renamePasskey = async (ctx: Ctx, id: string, name: string) =>
  shown(
    await change(ctx, 'passkey.updated', async (tx) =>
      found(await tx.db.update(passkeys).set({ name }).where(ownOne(tx, id)).returning()),
    ),
  )

export async function removePasskey(ctx: Ctx, id: string, current_password: string | undefined) {
  found(await ctx.db.select({ id: passkeys.id }).from(passkeys).where(ownOne(ctx, id)))
  await requireProof(ctx, current_password)
  const tell = await tellOwner(ctx)
  await change(ctx, 'passkey.deleted', async (tx) => {
    const row = found(await tx.db.delete(passkeys).where(ownOne(tx, id)).returning())
    await requireWayIn(tx.db, tx.actor.id)
    await dropIdleCodes(tx.db, tx.actor.id)
    await tell(tx, `The passkey “${row.name}” was removed`)
    return row
  })
}
