import { and, asc, eq } from 'drizzle-orm'
import { channelOf, channels as plugins } from '#channels/index'
import { envelope } from '#db/query'
import { users } from '#db/schema/auth'
import { notification_channels as channels } from '#db/schema/notification-channels'
import { memberships } from '#db/schema/tenants'
import { contactsOf, kindOf, ownChannels, personalForm, viaFault } from '#engine/contacts'
import { found } from '#kernel/change'
import type { Ctx } from '#kernel/context'
import type { PageQuery } from '#kernel/page'
import { shown } from '#kernel/settings'
import { isPersonal } from './contact-settings'

type Row = typeof channels.$inferSelect

export async function accountOf({ db, actor }: Ctx) {
  const { id, name, email, email_verified_at, created_at, updated_at } = users
  const columns = { id, name, email, email_verified_at, created_at, updated_at }
  return found(await db.select(columns).from(users).where(eq(users.id, actor.id)))
}

/** As its owner sees it. */
export function view({ row, via, failure }: { row: Row; via: Row | undefined; failure: string | null }) {
  const { id, type, name, via_id, verified_at, code_expires_at, created_at, updated_at } = row
  const plugin = channelOf(type)
  const form = plugin && ((via_id !== null && personalForm(plugin)) || plugin.settings)
  const settings = form ? shown(form, row.settings) : {}
  // A label is made of the whole, which is not theirs to see: of their own part it may not be possible.
  const label = via_id === null ? plugin?.label(settings) : Object.values(settings).flat().join(', ')
  return {
    ...{ id, type, name, kind: kindOf(type), label: label || type, settings, via_id, via_name: via?.name ?? null },
    ...{ verified: verified_at !== null, verified_at, code_expires_at },
    ...{ failing: viaFault(row, via) ?? failure, created_at, updated_at },
  }
}

/** All ways to reach the person who asks: the account's address, their devices, what they have added. */
export async function listContacts(ctx: Ctx) {
  const { app, db, tenant, actor } = ctx
  const account = await accountOf(ctx)
  const all = (await contactsOf(app, db, tenant.id, [actor.id])).get(actor.id) ?? []
  const own = (await ownChannels(db, tenant.id, actor.id)).map(view)
  const none = { settings: {}, via_id: null, via_name: null, verified_at: null, code_expires_at: null }
  const { created_at, updated_at } = account
  const given = all
    .filter(({ id }) => id === 'email' || id.startsWith('push:'))
    .map((way) => ({ ...way, ...none, label: way.id === 'email' ? account.email : way.name, created_at, updated_at }))
  const items = [...given, ...own]
  return envelope(items, items.length, { page: 1, per_page: 100 })
}

/** What this person can add: kinds to enter whole, and channels of the workspace to complete with an address. */
export async function contactKinds(ctx: Ctx) {
  const rows = await ctx.db
    .select()
    .from(channels)
    .where(and(eq(channels.tenant_id, ctx.tenant.id), eq(channels.enabled, true)))
    .orderBy(asc(channels.created_at))
  const items = plugins
    .map((plugin) => channelOf(plugin.type))
    .flatMap((plugin) => {
      if (!plugin || !isPersonal(plugin)) return []
      const { type, title, summary, docs, settings } = plugin
      const form = personalForm(plugin)
      const via = rows.filter((row) => form && row.user_id === null && row.type === type)
      const through = via.map(({ id, name }) => ({ id, name }))
      return [{ type, title, summary, docs, settings, personal: form ?? null, through }]
    })
  return envelope(items, items.length, { page: 1, per_page: 100 })
}

/** Who can be reached, and how: for whoever plans who is called. Never an address. */
export async function contactsOfMembers(ctx: Ctx, page: PageQuery) {
  const where = eq(memberships.tenant_id, ctx.tenant.id)
  const people = await ctx.db
    .select({ user_id: users.id, user_name: users.name })
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.user_id))
    .where(where)
    .orderBy(asc(memberships.created_at), asc(users.id))
    .limit(page.per_page)
    .offset((page.page - 1) * page.per_page)
  const ids = people.map(({ user_id }) => user_id)
  const contacts = await contactsOf(ctx.app, ctx.db, ctx.tenant.id, ids)
  const items = people.map((one) => ({
    ...one,
    contacts: (contacts.get(one.user_id) ?? []).map(({ id: _, ...contact }) => contact),
  }))
  return envelope(items, await ctx.db.$count(memberships, where), page)
}
