import { and, asc, desc, eq, isNull } from 'drizzle-orm'
import { channelOf, offered } from '#channels/index'
import { usualEvents } from '#contract/events'
import { envelope, paginate } from '#db/query'
import { channel_failures as failures, notification_log as log } from '#db/schema/engine'
import { notification_channels as channels } from '#db/schema/notification-channels'
import { connectButtonsQuietly } from '#engine/callbacks'
import { clearChannelFailure } from '#engine/incidents'
import { change, found } from '#kernel/change'
import type { App, Ctx, Tx } from '#kernel/context'
import { invalid } from '#kernel/fail'
import { lineFault } from '#kernel/faults'
import type { PageQuery } from '#kernel/page'
import { completed, opened, sealed, shown } from '#kernel/settings'
import { forgetTemplatesOf } from '#modules/message-templates/service'
import { requireAllowed, withButtons } from './reach'
import type { Draft, Edit, LogQuery, Trial } from './schema'
import { forgetStandIn, standby } from './standby'

export {
  addContact,
  confirmContact,
  contactKinds,
  contactsOfMembers,
  dropContactsOf,
  editContact,
  listContacts,
  removeContact,
  sendCodeAgain,
  testContact,
} from './contacts'

type Channel = typeof channels.$inferSelect
type Failure = typeof failures.$inferSelect | null

/** The workspace's; what reaches one person is theirs (`contacts.ts`). */
const own = ({ tenant }: Ctx | Tx) => and(eq(channels.tenant_id, tenant.id), isNull(channels.user_id))
const one = (ctx: Ctx | Tx, id: string) => and(own(ctx), eq(channels.id, id))
const select = ({ db }: Ctx) =>
  db
    .select({ channel: channels, failure: failures })
    .from(channels)
    .leftJoin(failures, eq(failures.channel_id, channels.id))
const load = async (ctx: Ctx, id: string) => found(await select(ctx).where(one(ctx, id)).limit(1))

const contextOf = (id: string) => `notification_channels:${id}`
const pluginOf = (type: string) => {
  const plugin = channelOf(type)
  if (!plugin || plugin.hidden) throw invalid({ type: 'is not a channel type of this server' })
  return plugin
}
const plainOf = ({ vault }: App, { id, type, settings }: Channel) => {
  const plugin = channelOf(type)
  return plugin ? opened({ vault, schema: plugin.settings, context: contextOf(id) }, settings) : {}
}
const seal = ({ vault }: App, { id, type, settings }: Pick<Channel, 'id' | 'type' | 'settings'>) =>
  sealed({ vault, schema: pluginOf(type).settings, context: contextOf(id) }, settings)

function view(
  { user_id: _, via_id: __, verified_at: ___, code_hash, code_expires_at, code_tries, ...channel }: Channel,
  failure: Failure,
) {
  const plugin = channelOf(channel.type)
  const settings = plugin ? shown(plugin.settings, channel.settings) : {}
  return {
    ...channel,
    settings,
    label: plugin?.label(settings) ?? channel.type,
    failure: failure && { error: failure.error, since: failure.since },
  }
}

/** Settings as a person sent them, completed from the channel they edit; throws 422 naming every wrong field. */
function read(app: App, input: Edit, base?: Channel): { type: string; settings: Record<string, unknown> } {
  const plugin = pluginOf(input.type ?? base?.type ?? '')
  const kept = base?.type === plugin.type ? plainOf(app, base) : undefined
  const faults: Record<string, string> = {}
  const name = input.name === undefined ? undefined : lineFault(input.name)
  if (name) faults.name = name

  const given = input.settings ?? kept ?? {}
  if (typeof given !== 'object' || Array.isArray(given)) throw invalid({ ...faults, settings: 'must be an object' })
  const { plain, faults: wrong } = completed(plugin.settings, given, kept ?? {})
  Object.assign(faults, wrong)
  if (Object.keys(wrong).length === 0) Object.assign(faults, plugin.check?.(plain))
  if (Object.keys(faults).length > 0) throw invalid(faults)
  return { type: plugin.type, settings: plain }
}

export async function list(ctx: Ctx, page: PageQuery) {
  const rows = await select(ctx)
    .where(own(ctx))
    .orderBy(asc(channels.created_at), asc(channels.id))
    .limit(page.per_page)
    .offset((page.page - 1) * page.per_page)
  const total = await ctx.db.$count(channels, own(ctx))
  return envelope(
    rows.map(({ channel, failure }) => view(channel, failure)),
    total,
    page,
  )
}

export async function get(ctx: Ctx, id: string) {
  const { channel, failure } = await load(ctx, id)
  return view(channel, failure)
}

export async function create(ctx: Ctx, draft: Draft) {
  requireAllowed(ctx, draft.type)
  const { type, settings } = read(ctx.app, draft)
  const { name, is_default = true, enabled = true, events = [...usualEvents] } = draft
  const row = await change(ctx, 'notification_channel.created', async (tx) => {
    const id = Bun.randomUUIDv7()
    const values = {
      id,
      tenant_id: tx.tenant.id,
      name: name.trim(),
      type,
      settings: seal(tx.app, { id, type, settings }),
      is_default,
      enabled,
      events: [...events],
      ...(await standby(tx, draft, { id })),
      created_at: tx.at,
      updated_at: tx.at,
    }
    return found(await tx.db.insert(channels).values(values).returning())
  })
  await connectButtonsQuietly(ctx.app, { id: row.id, type, settings })
  return view(row, null)
}

export async function update(ctx: Ctx, id: string, edit: Edit) {
  const row = await change(ctx, 'notification_channel.updated', async (tx) => {
    // Read inside the transaction: two edits at once must not undo each other's fields.
    const base = found(await tx.db.select().from(channels).where(one(tx, id)))
    requireAllowed(tx, base.type, edit.type)
    const { type, settings } = read(tx.app, edit, base)
    const { name = base.name, is_default, enabled, events } = edit
    // A person looked at it: give the provider another chance.
    await clearChannelFailure(tx, id)
    const values = {
      name: name.trim(),
      type,
      settings: seal(tx.app, { id, type, settings }),
      is_default,
      enabled,
      events: events && [...events],
      ...(await standby(tx, edit, base)),
      updated_at: tx.at,
    }
    return found(await tx.db.update(channels).set(values).where(one(tx, id)).returning())
  })
  await connectButtonsQuietly(ctx.app, { id, type: row.type, settings: plainOf(ctx.app, row) })
  return view(row, null)
}

export const remove = (ctx: Ctx, id: string) =>
  change(ctx, 'notification_channel.deleted', async (tx) => {
    const row = found(await tx.db.delete(channels).where(one(tx, id)).returning())
    await clearChannelFailure(tx, id)
    await forgetStandIn(tx, id)
    await forgetTemplatesOf(tx, id)
    return row
  })

/** Sends a test message through the stored channel; the attempt appears in the log. */
export async function test(ctx: Ctx, id: string) {
  const { channel } = await load(ctx, id)
  const { type, name } = channel
  pluginOf(type)
  requireAllowed(ctx, type)
  const settings = plainOf(ctx.app, channel)
  const sent = await ctx.app.engine.testChannel({ tenant_id: ctx.tenant.id, channel: { id, name }, type, settings })
  return sent.status === 'sent' ? withButtons(ctx, { id, type, settings }, sent) : sent
}

/** Sends a test message with settings that are not saved; masked secrets come from the channel named by `id`. */
export async function trial(ctx: Ctx, { id, ...input }: Trial) {
  const base = id === undefined ? undefined : (await load(ctx, id)).channel
  requireAllowed(ctx, input.type)
  const job = read(ctx.app, input, base?.type === input.type ? base : undefined)
  return ctx.app.engine.testChannel({ tenant_id: ctx.tenant.id, ...job })
}

/** Every attempt to deliver a notification, newest first. */
export const attempts = (ctx: Ctx, { channel_id, incident_id, status, ...page }: LogQuery) => {
  const where = and(
    eq(log.tenant_id, ctx.tenant.id),
    channel_id ? eq(log.channel_id, channel_id) : undefined,
    incident_id ? eq(log.incident_id, incident_id) : undefined,
    status ? eq(log.status, status) : undefined,
  )
  return paginate(ctx.db, log, where, page, [desc(log.created_at), desc(log.id)])
}

/** What a channel can be: everything a form needs. */
export const types = () =>
  envelope(
    offered.map(({ type, title, summary, docs, admins_only = false, settings }) => ({
      ...{ type, title, summary, docs, admins_only, settings },
    })),
    offered.length,
    { page: 1, per_page: 100 },
  )
