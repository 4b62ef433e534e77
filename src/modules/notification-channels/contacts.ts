import { and, eq } from 'drizzle-orm'
import { usualEvents } from '#contract/events'
import { users } from '#db/schema/auth'
import { notification_channels as channels } from '#db/schema/notification-channels'
import { push_tokens } from '#db/schema/push-tokens'
import { connectButtonsQuietly } from '#engine/callbacks'
import { ownChannels, settingsOf, viaFault, withVia } from '#engine/contacts'
import { testDevice } from '#engine/devices'
import { clearChannelFailure } from '#engine/incidents'
import type { TestResult } from '#engine/index'
import { forgetContact } from '#engine/prefs'
import { change, found } from '#kernel/change'
import type { Ctx, Tx } from '#kernel/context'
import { fail, invalid } from '#kernel/fail'
import { lineFault } from '#kernel/faults'
import { takesStrangers } from '#kernel/guard'
import { codeFor, noCode, requireFewCodes, requirePause, tryCode } from './contact-codes'
import { ownPlain, pluginOf, readSettings, requireOwnServer, sealFor, viaOf } from './contact-settings'
import { accountOf, view } from './contact-views'

export { contactKinds, contactsOfMembers, listContacts } from './contact-views'

export type ContactDraft = { type: string; name: string; settings?: unknown; via_id?: string | null }
export type ContactEdit = { name?: string; settings?: unknown; via_id?: string | null }

const MOST = 20

const mine = ({ tenant, actor }: Ctx | Tx) => and(eq(channels.tenant_id, tenant.id), eq(channels.user_id, actor.id))
const one = (ctx: Ctx | Tx, id: string) => and(mine(ctx), eq(channels.id, id))
const load = async (ctx: Ctx, id: string) => found(await ctx.db.select().from(channels).where(one(ctx, id)))

/** Where strangers may register, nobody has messages sent before their own address is known to be theirs. */
async function requireKnown(ctx: Ctx) {
  if (takesStrangers(ctx.app.config) && !(await accountOf(ctx)).email_verified_at) throw fail('EMAIL_NOT_VERIFIED')
}

/** Sends the code; what came of it is told, as it may not arrive. */
async function sendCode(ctx: Ctx, id: string, code: string): Promise<TestResult> {
  const { app, tenant, actor, db } = ctx
  const { row, via } = (await withVia(db, tenant.id, id)) ?? gone()
  const [person] = await db.select({ id: users.id, name: users.name }).from(users).where(eq(users.id, actor.id))
  const { type, name } = row
  const fault = viaFault(row, via)
  if (fault) return { status: 'failed', error: `It cannot be used: ${fault}.`, answer: null, duration_ms: 0 }
  const settings = settingsOf(app, row, via)
  // A bot of the workspace was told by whoever set it up.
  if (!via) await connectButtonsQuietly(app, { id, type, settings })
  return app.engine.testChannel({ tenant_id: tenant.id, channel: { id, name }, person, type, settings, code })
}
/** Removed in the same moment. */
const gone = (): never => {
  throw fail('NOT_FOUND')
}
const answer = async (ctx: Ctx, id: string, code: TestResult | null) => {
  const [way] = (await ownChannels(ctx.db, ctx.tenant.id, ctx.actor.id)).filter(({ row }) => row.id === id)
  return { ...view(way ?? gone()), code }
}

const requireName = (name: string) => {
  const fault = lineFault(name)
  if (fault) throw invalid({ name: fault })
}

/** Adds a way and sends a code through it; it is used once the code came back. */
export async function addContact(ctx: Ctx, draft: ContactDraft) {
  const { type, name, via_id } = draft
  requireName(name)
  const plugin = pluginOf(type)
  const via = via_id ? await viaOf(ctx.db, ctx.tenant.id, type, via_id) : undefined
  if (!via) requireOwnServer(ctx)
  const plain = readSettings(ctx.app, { plugin, via, given: draft.settings ?? {} }, {})
  await requireKnown(ctx)
  await requireFewCodes(ctx.db, ctx)
  const id = Bun.randomUUIDv7()
  const { code, stored } = codeFor(ctx.app, id, ctx.now())
  await change(ctx, 'contact_method.created', async (tx) => {
    const { actor, tenant, at } = tx
    if ((await tx.db.$count(channels, mine(tx))) >= MOST)
      throw fail('CONFLICT', { message: `There are ${MOST} ways to reach you already; remove one first` })
    await tx.db.insert(channels).values({
      ...{ id, tenant_id: tenant.id, user_id: actor.id, via_id: via?.id ?? null, name: name.trim(), type },
      ...{ settings: sealFor(tx.app, plugin, via, id, plain), is_default: false, enabled: true },
      ...{ events: [...usualEvents], ...stored, created_at: at, updated_at: at },
    })
    return { id, user_id: actor.id, type, name, via_id: via?.id ?? null }
  })
  return answer(ctx, id, await sendCode(ctx, id, code))
}

/** Another name changes nothing; another address has to be confirmed anew, by a code that is sent there. */
export async function editContact(ctx: Ctx, id: string, edit: ContactEdit) {
  if (edit.name !== undefined) requireName(edit.name)
  await load(ctx, id)
  await requireKnown(ctx)
  let code: string | undefined
  await change(ctx, 'contact_method.updated', async (tx) => {
    const base = found(await tx.db.select().from(channels).where(one(tx, id)))
    const plugin = pluginOf(base.type)
    const via_id = edit.via_id === undefined ? base.via_id : edit.via_id
    const known = { name: edit.name?.trim() ?? base.name, updated_at: tx.at }
    const row = { id, user_id: tx.actor.id, type: base.type, name: known.name, via_id }
    if (edit.settings === undefined && via_id === base.via_id) {
      await tx.db.update(channels).set(known).where(one(tx, id))
      return row
    }
    const via = via_id === null ? undefined : await viaOf(tx.db, tx.tenant.id, base.type, via_id)
    if (!via) requireOwnServer(tx)
    const before = ownPlain(tx.app, base, via)
    const plain = readSettings(tx.app, { plugin, via, given: edit.settings ?? before }, before)
    const same = via_id === base.via_id && Bun.deepEquals(plain, before)
    if (!same) await requireFewCodes(tx.db, tx)
    const made = same ? undefined : codeFor(tx.app, id, tx.now())
    code = made?.code
    const settings = sealFor(tx.app, plugin, via, id, plain)
    const set = { ...known, via_id, settings, ...(made && { verified_at: null, ...made.stored }) }
    await tx.db.update(channels).set(set).where(one(tx, id))
    await clearChannelFailure(tx, id)
    return row
  })
  return answer(ctx, id, code === undefined ? null : await sendCode(ctx, id, code))
}

/** No rule names it any more. */
export const removeContact = (ctx: Ctx, id: string) =>
  change(ctx, 'contact_method.deleted', async (tx) => {
    const row = found(await tx.db.delete(channels).where(one(tx, id)).returning())
    await clearChannelFailure(tx, id)
    await forgetContact(tx.db, { tenant_id: tx.tenant.id, user_id: tx.actor.id }, id, tx.now())
    const { user_id, type, name, via_id } = row
    return { id, user_id, type, name, via_id }
  })

export async function sendCodeAgain(ctx: Ctx, id: string): Promise<TestResult> {
  const { verified_at, ...row } = await load(ctx, id)
  if (verified_at !== null) throw fail('CONFLICT', { message: 'This way is confirmed already' })
  await requireKnown(ctx)
  requirePause({ ...row, verified_at }, ctx.now())
  await requireFewCodes(ctx.db, ctx)
  const { code, stored } = codeFor(ctx.app, id, ctx.now())
  await ctx.app.db.tx(async (db) => {
    // Again here: two questions at once are sent one code.
    const now = found(await db.select().from(channels).where(one(ctx, id)))
    requirePause(now, ctx.now())
    await db.update(channels).set(stored).where(one(ctx, id))
  })
  return sendCode(ctx, id, code)
}

export async function confirmContact(ctx: Ctx, id: string, code: string) {
  const row = await load(ctx, id)
  if (row.verified_at === null) {
    const { right, left, hash } = await tryCode(ctx, row, code.trim())
    if (!right)
      throw invalid({
        code:
          left > 0 ? `is not the code that was sent; ${left} more tries` : 'is not valid any more: have a new one sent',
      })
    await change(ctx, 'contact_method.verified', async (tx) => {
      // What was changed meanwhile is another address than the one that the code was sent to.
      const same = and(one(tx, id), eq(channels.code_hash, hash))
      const set = { verified_at: tx.at, updated_at: tx.at, ...noCode }
      const { type, name } = found(await tx.db.update(channels).set(set).where(same).returning())
      return { id, user_id: tx.actor.id, type, name }
    })
  }
  return answer(ctx, id, null)
}

/** A test message; only to what is known to be theirs. */
export async function testContact(ctx: Ctx, id: string): Promise<TestResult> {
  const { app, db, tenant, actor } = ctx
  const { name, email } = await accountOf(ctx)
  const person = { id: actor.id, name }
  if (id === 'email') {
    await requireKnown(ctx)
    const channel = { id: `user:${actor.id}`, name: 'E-mail' }
    return app.engine.testChannel({ tenant_id: tenant.id, channel, person, type: 'email', settings: { to: [email] } })
  }
  if (id.startsWith('push:')) {
    const device = and(eq(push_tokens.id, id.slice('push:'.length)), eq(push_tokens.user_id, actor.id))
    return testDevice(app, found(await db.select().from(push_tokens).where(device)))
  }
  await load(ctx, id)
  const { row, via } = (await withVia(db, tenant.id, id)) ?? gone()
  if (row.verified_at === null) throw fail('CONFLICT', { message: 'Confirm it first, with the code that was sent' })
  const fault = viaFault(row, via)
  if (fault) throw fail('CONFLICT', { message: `It cannot be used: ${fault}` })
  const job = { tenant_id: tenant.id, channel: { id, name: row.name }, person, type: row.type }
  return app.engine.testChannel({ ...job, settings: settingsOf(app, row, via) })
}

/** Whoever leaves the workspace is not reached through it any more. */
export async function dropContactsOf({ db, tenant }: Tx, user_id: string) {
  const theirs = and(eq(channels.tenant_id, tenant.id), eq(channels.user_id, user_id))
  const gone = await db.delete(channels).where(theirs).returning({ id: channels.id })
  for (const { id } of gone) await clearChannelFailure({ db }, id)
}
