import { and, asc, eq, ne } from 'drizzle-orm'
import type { Writer } from '#db/client'
import { envelope, paginate } from '#db/query'
import { identities } from '#db/schema/identities'
import { sign_in_providers as providers } from '#db/schema/sign-in-providers'
import { tenants } from '#db/schema/tenants'
import { change, found } from '#kernel/change'
import type { App, Ctx } from '#kernel/context'
import { fail, invalid } from '#kernel/fail'
import { lineFault } from '#kernel/faults'
import { originOf } from '#kernel/origin'
import type { PageQuery } from '#kernel/page'
import { completed, opened, sealed, shown } from '#kernel/settings'
import type { SignIn } from '#sign-in/define'
import { kindOf, kinds as plugins } from '#sign-in/index'
import type { Draft, Edit, Trial } from './schema'

type Row = typeof providers.$inferSelect
type Values = Record<string, unknown>

/** A provider of this appliance together with the plugin that speaks with it. */
export type Provider = Omit<Row, 'settings'> & {
  plugin: SignIn
  /** Ready for use, secrets in plain text: for the plugin, never for a client. */
  settings: () => Values
}

const contextOf = (id: string) => `sign_in_providers:${id}`
const pluginOf = (kind: string) => {
  const plugin = kindOf(kind)
  if (!plugin) throw invalid({ kind: 'is not a kind of sign-in of this server' })
  return plugin
}
const plainOf = ({ vault }: App, plugin: SignIn, { id, settings }: Row) =>
  opened({ vault, schema: plugin.settings, context: contextOf(id) }, settings)
const seal = ({ vault }: App, id: string, { settings: schema }: SignIn, plain: Values) =>
  sealed({ vault, schema, context: contextOf(id) }, plain)

/** Where the provider sends people back to: registered there, so never taken from a request. */
export const callbackOf = ({ config }: Pick<App, 'config'>, slug: string) =>
  `${originOf(config)}/api/v1/auth/oauth/${slug}/callback`

function view(app: App, { settings, ...row }: Row) {
  const plugin = kindOf(row.kind)
  return {
    ...row,
    settings: plugin ? shown(plugin.settings, settings) : {},
    callback_url: plugin?.flow === 'redirect' ? callbackOf(app, row.slug) : null,
  }
}

function withPlugin(app: App, row: Row): Provider | undefined {
  const plugin = kindOf(row.kind)
  return plugin && { ...row, plugin, settings: () => plainOf(app, plugin, row) }
}

/** Everybody who may vouch for people right now, oldest first; a kind that this version does not have is left out. */
export async function enabledProviders(app: App): Promise<Provider[]> {
  const rows = await app.db.read
    .select()
    .from(providers)
    .where(eq(providers.enabled, true))
    .orderBy(asc(providers.created_at), asc(providers.id))
  return rows.flatMap((row) => withPlugin(app, row) ?? [])
}

/** The enabled provider of this address; nothing for one that is not there, switched off, or of an unknown kind. */
export async function providerBySlug(app: App, slug: string): Promise<Provider | undefined> {
  const [row] = await app.db.read
    .select()
    .from(providers)
    .where(and(eq(providers.slug, slug), eq(providers.enabled, true)))
  return row && withPlugin(app, row)
}

/** Settings as a person sent them, completed from the provider they edit; throws 422 naming every wrong field. */
function read(app: App, input: Edit, plugin: SignIn, base?: Row): Values {
  const kept = base?.kind === plugin.kind ? plainOf(app, plugin, base) : undefined
  const faults: Record<string, string> = {}
  const name = input.name === undefined ? undefined : lineFault(input.name)
  if (name) faults.name = name
  // GET /auth/oauth/providers is the list of them all.
  if (input.slug === 'providers') faults.slug = 'is taken by the list of providers'
  const given = input.settings ?? kept ?? {}
  if (typeof given !== 'object' || Array.isArray(given)) throw invalid({ ...faults, settings: 'must be an object' })
  const { plain, faults: wrong } = completed(plugin.settings, given, kept ?? {})
  Object.assign(faults, wrong)
  if (Object.keys(wrong).length === 0) Object.assign(faults, plugin.check?.(plain))
  if (Object.keys(faults).length > 0) throw invalid(faults)
  return plain
}

/** Inside the transaction that writes: the slug is nobody else's, and the workspace is there. */
async function requirePlace(db: Writer, { slug, tenant_id }: Edit, id: string) {
  if (slug && (await db.$count(providers, and(eq(providers.slug, slug), ne(providers.id, id)))) > 0)
    throw fail('CONFLICT', { message: 'There is already a provider with this slug', details: { slug } })
  if (tenant_id && (await db.$count(tenants, eq(tenants.id, tenant_id))) === 0)
    throw invalid({ tenant_id: 'is not a workspace of this appliance' })
}

export async function list(ctx: Ctx, page: PageQuery) {
  const rows = await paginate(ctx.db, providers, undefined, page, [asc(providers.created_at), asc(providers.id)])
  return { ...rows, items: rows.items.map((row) => view(ctx.app, row)) }
}

const load = async ({ db }: Pick<Ctx, 'db'>, id: string) =>
  found(await db.select().from(providers).where(eq(providers.id, id)))

export const get = async (ctx: Ctx, id: string) => view(ctx.app, await load(ctx, id))

export async function create(ctx: Ctx, draft: Draft) {
  const plugin = pluginOf(draft.kind)
  const plain = read(ctx.app, draft, plugin)
  const { slug, kind, tenant_id = null, default_role = 'member', group_roles = [] } = draft
  const { enabled = true, trust_email = false } = draft
  const row = await change(ctx, 'sign_in_provider.created', async ({ db, at }) => {
    const id = Bun.randomUUIDv7()
    await requirePlace(db, draft, id)
    const settings = seal(ctx.app, id, plugin, plain)
    const rules = { enabled, trust_email, tenant_id, default_role, group_roles }
    const values = { id, slug, kind, name: draft.name.trim(), settings, ...rules, created_at: at, updated_at: at }
    return found(await db.insert(providers).values(values).returning())
  })
  return view(ctx.app, row)
}

export async function update(ctx: Ctx, id: string, edit: Edit) {
  const row = await change(ctx, 'sign_in_provider.updated', async ({ db, at }) => {
    // Read inside the transaction: two edits at once must not undo each other's fields.
    const base = found(await db.select().from(providers).where(eq(providers.id, id)))
    // The accounts that are linked to it were proven by another kind: somebody there may have the same subject.
    if (edit.kind !== undefined && edit.kind !== base.kind)
      throw invalid({ kind: 'cannot be changed: add another provider instead' })
    const plugin = pluginOf(base.kind)
    const plain = read(ctx.app, edit, plugin, base)
    const moved = plugin.authority?.(plain) !== plugin.authority?.(plainOf(ctx.app, plugin, base))
    if (moved && (await db.$count(identities, eq(identities.provider_id, id))) > 0)
      throw fail('CONFLICT', {
        message: 'People sign in through this provider already; add another one for another issuer or server',
      })
    const settings = seal(ctx.app, id, plugin, plain)
    await requirePlace(db, edit, id)
    const { slug, enabled, trust_email, tenant_id, default_role, group_roles } = edit
    const rules = { slug, enabled, trust_email, tenant_id, default_role, group_roles }
    const values = { ...rules, name: edit.name?.trim(), settings, updated_at: at }
    return found(await db.update(providers).set(values).where(eq(providers.id, id)).returning())
  })
  return view(ctx.app, row)
}

/** The accounts that people have linked to it go with it. */
export const remove = (ctx: Ctx, id: string) =>
  change(ctx, 'sign_in_provider.deleted', async ({ db }) =>
    found(await db.delete(providers).where(eq(providers.id, id)).returning()),
  )

/** Tries settings that need not be saved; masked secrets come from the provider named by `id`. */
export async function trial({ app, db, now }: Ctx, { id, kind, settings }: Trial) {
  const base = id === undefined ? undefined : await load({ db }, id)
  const plugin = pluginOf(kind)
  const plain = read(app, { settings }, plugin, base)
  return plugin.test(plain, { now })
}

/** What a provider can be: everything a form needs. */
export const kinds = (app: App) =>
  envelope(
    plugins.map(({ kind, title, summary, docs, flow, settings }) => ({
      ...{ kind, title, summary, docs, flow, settings },
      ...(flow === 'redirect' && { callback_url: callbackOf(app, '{slug}') }),
    })),
    plugins.length,
    { page: 1, per_page: 100 },
  )
