import { and, asc, eq } from 'drizzle-orm'
import { envelope } from '#db/query'
import { integrations } from '#db/schema/integrations'
import { closeDoor, keyOf, openOf } from '#engine/inbound'
import { tellIncident } from '#engine/live'
import { change, found } from '#kernel/change'
import type { Ctx, Tx } from '#kernel/context'
import { invalid } from '#kernel/fail'
import { lineFault } from '#kernel/faults'
import type { PageQuery } from '#kernel/page'
import { sha256 } from '#kernel/secrets'
import { completed } from '#kernel/settings'
import { bodyOf } from './body'
import type { Provider } from './define'
import { providerOf, providers } from './providers'
import type { Draft, Edit, Sample, TestAnswer } from './schema'
import type { Told } from './told'
import { contextOf, type Integration, newKey, viewOf } from './view'

const own = ({ tenant }: Ctx | Tx) => eq(integrations.tenant_id, tenant.id)
const one = (ctx: Ctx | Tx, id: string) => and(own(ctx), eq(integrations.id, id))
const load = async (ctx: Ctx | Tx, id: string): Promise<Integration> =>
  found(await ctx.db.select().from(integrations).where(one(ctx, id)))
const pluginOf = (type: string): Provider => {
  const provider = providerOf(type)
  if (!provider) throw invalid({ type: 'is not a type of integration of this server' })
  return provider
}

/** Settings as a person sent them, completed; throws 422 naming every wrong field. */
function settingsOf(provider: Provider, given: unknown, name?: string): Record<string, unknown> {
  const wrong = name === undefined ? undefined : lineFault(name)
  const faults: Record<string, string> = wrong ? { name: wrong } : {}
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw invalid({ ...faults, settings: 'must be an object' })
  // Safe: an object that is no list.
  const read = completed(provider.settings, given as Record<string, unknown>, {})
  Object.assign(faults, read.faults)
  if (Object.keys(read.faults).length === 0)
    for (const [field, fault] of Object.entries(provider.check?.(read.plain) ?? {})) faults[`settings.${field}`] = fault
  if (Object.keys(faults).length > 0) throw invalid(faults)
  return read.plain
}

/** A key in plain text is made, shown and forgotten; what is kept opens only here. */
function keyFor({ app }: Tx, { id, type }: Pick<Integration, 'id' | 'type'>) {
  const key = newKey(type)
  return { key: app.vault.seal(key, contextOf(id)), key_hash: sha256(key) }
}

export async function list(ctx: Ctx, page: PageQuery) {
  const rows = await ctx.db
    .select()
    .from(integrations)
    .where(own(ctx))
    .orderBy(asc(integrations.name), asc(integrations.id))
    .limit(page.per_page)
    .offset((page.page - 1) * page.per_page)
  const total = await ctx.db.$count(integrations, own(ctx))
  return envelope(await Promise.all(rows.map((row) => viewOf(ctx, row))), total, page)
}
export const get = async (ctx: Ctx, id: string) => viewOf(ctx, await load(ctx, id))

export async function create(ctx: Ctx, { name, type, settings = {}, enabled = true }: Draft) {
  const plain = settingsOf(pluginOf(type), settings, name)
  const row = await change(ctx, 'integration.created', async (tx) => {
    const id = Bun.randomUUIDv7()
    const values = { id, tenant_id: tx.tenant.id, name: name.trim(), type, settings: plain, enabled }
    const made = { ...values, ...keyFor(tx, values), created_at: tx.at, updated_at: tx.at }
    return found(await tx.db.insert(integrations).values(made).returning())
  })
  return viewOf(ctx, row)
}

export async function update(ctx: Ctx, id: string, edit: Edit) {
  const row = await change(ctx, 'integration.updated', async (tx) => {
    // Read inside the transaction: two edits at once must not undo each other's fields.
    const base = await load(tx, id)
    const { name = base.name, enabled = base.enabled, settings = base.settings } = edit
    const plain = settingsOf(pluginOf(base.type), settings, name)
    const values = { name: name.trim(), enabled, settings: plain, updated_at: tx.at }
    return found(await tx.db.update(integrations).set(values).where(one(tx, id)).returning())
  })
  return viewOf(ctx, row)
}

/** A new key; the one before it ends now. */
export async function renew(ctx: Ctx, id: string) {
  const row = await change(ctx, 'integration.key_renewed', async (tx) => {
    const values = { ...keyFor(tx, await load(tx, id)), updated_at: tx.at }
    return found(await tx.db.update(integrations).set(values).where(one(tx, id)).returning())
  })
  return viewOf(ctx, row)
}

/** What came in through it and is open ends with it, for nobody else could say that it is over. */
export async function remove(ctx: Ctx, id: string) {
  const ended: Awaited<ReturnType<typeof closeDoor>> = []
  await change(ctx, 'integration.deleted', async (tx) => {
    const row = found(await tx.db.delete(integrations).where(one(tx, id)).returning())
    ended.push(...(await closeDoor(tx.db, row, tx.at)))
    return row
  })
  for (const incident of ended) tellIncident(ctx.app.bus, incident)
}

/** What a form needs for each type. */
export const types = () =>
  envelope(
    providers.map(({ type, title, summary, settings }) => ({ type, title, summary, settings })),
    providers.length,
    { page: 1, per_page: 100 },
  )

/** As many events of a sample as a person looks at. */
const MOST_SHOWN = 50

async function shownOf(ctx: Ctx, row: Integration, told: Told): Promise<TestAnswer['events'][number]> {
  const empty = { title: null, severity: null, message: null, source: null, url: null, tags: [] }
  if (told.action === 'ignore')
    return {
      ...{ ...empty, action: told.action, dedup_key: null, incident_id: null },
      sentence: `Nothing would be done: ${told.why}`,
    }
  const dedup_key = told.action === 'open' ? told.trouble.dedup_key : told.dedup_key
  const open = await openOf(ctx.db, row, keyOf(row.id, dedup_key))
  const incident_id = open?.id ?? null
  const whether = (sentence: string) =>
    open ? `${sentence} “${open.title}”` : 'Nothing would be done: no incident is open under this key'
  if (told.action !== 'open') {
    const what = {
      acknowledge: 'It would acknowledge',
      close: 'It would resolve',
      comment: 'It would add a comment to',
    }
    const { action, message = null } = told
    return { ...empty, action, dedup_key, message, incident_id, sentence: whether(what[action]) }
  }
  const { title, severity, message, source, url, labels } = told.trouble
  return {
    ...{ action: 'open', dedup_key, title, severity, message, source, url, tags: labels.tags ?? [], incident_id },
    sentence: open ? whether('It would be counted as a repeat of') : `It would open an incident, severity ${severity}`,
  }
}

/** What a body would do, without doing it; with settings that are not saved, if they are given. */
export async function test(ctx: Ctx, id: string, { body, form = false, settings }: Sample): Promise<TestAnswer> {
  const row = await load(ctx, id)
  const provider = pluginOf(row.type)
  const plain = settingsOf(provider, settings ?? row.settings)
  const read = bodyOf(body, form)
  if ('fault' in read) return { accepted: false, faults: [read.fault], events: [] }
  const { told, faults } = provider.read(read.value, plain, () => Bun.randomUUIDv7())
  const events: TestAnswer['events'] = []
  for (const one of told.slice(0, MOST_SHOWN)) events.push(await shownOf(ctx, row, one))
  return { accepted: told.length > 0 || faults.length === 0, faults, events }
}
