import { and, count, eq } from 'drizzle-orm'
import type { Writer } from '#db/client'
import { paginate } from '#db/query'
import { identities } from '#db/schema/identities'
import { passkeys } from '#db/schema/mfa'
import { sign_in_providers } from '#db/schema/sign-in-providers'
import { sso_connections, sso_subjects } from '#db/schema/sso'
import { change, found } from '#kernel/change'
import type { Ctx, Tx } from '#kernel/context'
import { fail, invalid } from '#kernel/fail'
import type { PageQuery } from '#kernel/page'
import { openFlow, requireProof, takeFlow, userOf } from '#modules/auth/service'
import { dropIdleCodes, hasFactor, type Raised, raiseSession, tellOwner } from './factors'
import type { PasskeyDraft } from './schema'
import { creationOptions, PASSKEY_FLOW_S, type Passkey, verifyAttestation } from './webauthn'

const MOST_PASSKEYS = 20

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
  if (known.length >= MOST_PASSKEYS)
    throw fail('CONFLICT', { message: `An account has at most ${MOST_PASSKEYS} passkeys: remove one first` })
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

/** Ways to sign in that need no passkey: a password, or somebody else who vouches for the person and may still do so. */
async function hasOtherWay(db: Writer, user_id: string, password_hash: string | null): Promise<boolean> {
  if (password_hash !== null) return true
  const [linked] = await db
    .select({ total: count() })
    .from(identities)
    .innerJoin(sign_in_providers, eq(sign_in_providers.id, identities.provider_id))
    .where(and(eq(identities.user_id, user_id), eq(sign_in_providers.enabled, true)))
  const [vouched] = await db
    .select({ total: count() })
    .from(sso_subjects)
    .innerJoin(sso_connections, eq(sso_connections.id, sso_subjects.connection_id))
    .where(and(eq(sso_subjects.user_id, user_id), eq(sso_connections.enabled, true)))
  return (linked?.total ?? 0) + (vouched?.total ?? 0) > 0
}

export async function removePasskey(ctx: Ctx, id: string, current_password: string | undefined) {
  found(await ctx.db.select({ id: passkeys.id }).from(passkeys).where(ownOne(ctx, id)))
  await requireProof(ctx, current_password)
  const { password_hash } = await userOf(ctx)
  const tell = await tellOwner(ctx)
  await change(ctx, 'passkey.deleted', async (tx) => {
    const row = found(await tx.db.delete(passkeys).where(ownOne(tx, id)).returning())
    const left = await tx.db.$count(passkeys, own(tx))
    if (left === 0 && !(await hasOtherWay(tx.db, tx.actor.id, password_hash))) throw fail('LAST_AUTH_METHOD')
    await dropIdleCodes(tx.db, tx.actor.id)
    await tell(tx, `The passkey “${row.name}” was removed`)
    return row
  })
}
