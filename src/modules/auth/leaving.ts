import { and, eq, isNotNull, isNull, lte, ne } from 'drizzle-orm'
import type { Writer } from '#db/client'
import { users } from '#db/schema/auth'
import { spare } from '#engine/alerts'
import { forgetPerson } from '#engine/incidents'
import { change, erasePerson, found } from '#kernel/change'
import { isoAt } from '#kernel/clock'
import { type App, type Ctx, nowhere, systemCtx, type Tx } from '#kernel/context'
import { fail, isGone } from '#kernel/fail'
import { originOf } from '#kernel/origin'
import { post } from '#modules/mails/service'
import { departureOf, endWith, passOn, stayWith } from '#modules/tenants/service'
import { publicUser } from './accounts'
import type { User } from './enter'
import { requireProof } from './profile'
import { endPending } from './tokens'

/** Until then its owner may change their mind. */
const GRACE_MS = 14 * 86_400_000

/** Only the id and the date: what is recorded of somebody who goes. */
type Marked = { id: string; deletes_at: string | null }
const mark = async ({ db, actor, at }: Tx, deletes_at: string | null): Promise<User> =>
  found(await db.update(users).set({ deletes_at, updated_at: at }).where(eq(users.id, actor.id)).returning())

/** Whoever alone runs the appliance stays; who is leaving, too, does not count. */
async function requireAnotherAdmin({ db, actor }: Tx) {
  const admin = eq(users.instance_admin, true)
  if ((await db.$count(users, and(admin, eq(users.id, actor.id)))) === 0) return
  if ((await db.$count(users, and(admin, isNull(users.deletes_at), ne(users.id, actor.id)))) === 0)
    throw fail('CONFLICT', { message: 'You alone run this Xinex: make somebody else its administrator first' })
}

/**
 * The account goes in 14 days, with the workspaces nobody else is in. Programs lose their access now (`endAccess` ends
 * what other modules gave away); other sessions end. 409 while somebody else's workspace would be left without an owner.
 */
export async function leave(
  ctx: Ctx,
  current_password: string | undefined,
  endAccess: (tx: Writer, user_id: string, at: string) => Promise<unknown>,
) {
  await requireProof(ctx, current_password)
  const { app } = ctx
  const kept: { user?: User } = {}
  await change(ctx, 'user.deletion_requested', async (tx): Promise<Marked> => {
    const { db, at, actor } = tx
    const { alone, stuck } = await departureOf(db, actor.id)
    if (stuck.length > 0)
      throw fail('CONFLICT', {
        message: 'You are the only owner of a workspace that others work in: make one of them owner first',
        details: { tenants: stuck.map(({ id, name }) => ({ id, name })) },
      })
    await requireAnotherAdmin(tx)
    const [before] = await db.select({ deletes_at: users.deletes_at }).from(users).where(eq(users.id, actor.id))
    // Asked twice, the first date stands.
    const deletes_at = before?.deletes_at ?? isoAt(ctx.now() + GRACE_MS)
    const user = await mark(tx, deletes_at)
    const ids = alone.map(({ id }) => id)
    await endWith(db, ids, deletes_at, at)
    await app.credentials.revokeTokensOf(db, user.id)
    await endAccess(db, user.id, at)
    await app.credentials.endOtherSessions(db, user.id, actor.session_id)
    await endPending(db, user.id)
    const url = `${originOf(app.config)}/settings/security`
    await post(app, db, user.email, { kind: 'account_deletion', name: user.name, deletes_at, url })
    kept.user = user
    return { id: user.id, deletes_at }
  })
  return publicUser(found(kept.user ? [kept.user] : []))
}

/** The account stays, and so do the workspaces that were to go with it. */
export async function stay(ctx: Ctx) {
  const kept: { user?: User } = {}
  await change(ctx, 'user.deletion_cancelled', async (tx): Promise<Marked> => {
    const { db, at, actor } = tx
    const [user] = await db.select().from(users).where(eq(users.id, actor.id))
    if (!user?.deletes_at) throw fail('CONFLICT', { message: 'This account is not going to be deleted' })
    const { alone, shared } = await departureOf(db, user.id)
    // Also those that somebody has joined since: they would go under everybody's feet.
    const ids = [...alone, ...shared].map(({ id }) => id)
    await stayWith(db, ids, user.deletes_at, at)
    kept.user = await mark(tx, null)
    return { id: user.id, deletes_at: null }
  })
  return publicUser(found(kept.user ? [kept.user] : []))
}

/** The end of one account; what it owned alone goes with it, what others are in is theirs. */
async function goForGood({ db, at }: Tx, user: User) {
  const { alone, shared, stuck } = await departureOf(db, user.id)
  const ids = (tenants: typeof alone) => tenants.map(({ id }) => id)
  await endWith(db, ids(alone), at, at)
  // Somebody has joined since.
  if (user.deletes_at) await stayWith(db, ids(shared), user.deletes_at, at)
  const passed_on: { tenant_id: string; to: string }[] = []
  for (const tenant_id of ids(stuck)) {
    const heir = await passOn(db, tenant_id, user.id)
    if (heir) passed_on.push({ tenant_id, to: heir.user_id })
  }
  await spare(db, { user_id: user.id }, Date.parse(at))
  await db.delete(users).where(eq(users.id, user.id))
  await erasePerson(db, user)
  await forgetPerson(db, user.id)
  return { id: user.id, passed_on }
}

/**
 * Deletes the accounts whose time has come, one transaction each; one that fails is tried again at the next call. Of what
 * they did, the log keeps their ids alone.
 */
export async function deleteLeavers(app: App): Promise<void> {
  const due = and(isNotNull(users.deletes_at), lte(users.deletes_at, isoAt(app.clock.now())))
  for (const { id } of await app.db.read.select({ id: users.id }).from(users).where(due))
    await change(systemCtx(app, nowhere), 'user.deleted', async (tx) => {
      // Looked up again: while others were deleted, this one may have changed their mind.
      const still = await tx.db
        .select()
        .from(users)
        .where(and(eq(users.id, id), due))
      return goForGood(tx, found(still))
    }).catch((error) => {
      if (!isGone(error)) app.log.error('an account could not be deleted', { error, user_id: id })
    })
}
