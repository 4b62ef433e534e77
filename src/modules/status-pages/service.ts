import { and, eq } from 'drizzle-orm'
import { slugOf } from '#contract/slug'
import { paginate } from '#db/query'
import { type Component, status_pages as pages } from '#db/schema/status-pages'
import { baseUrl } from '#engine/notice'
import { change, found } from '#kernel/change'
import type { Ctx, Tx } from '#kernel/context'
import { isZone } from '#kernel/days'
import { fail, invalid } from '#kernel/fail'
import { faultsOf, lineFault, textFault } from '#kernel/faults'
import type { PageQuery } from '#kernel/page'
import { existing } from '#modules/monitors/service'
import { ComponentDraft, type Draft, type Edit } from './schema'

type Page = typeof pages.$inferSelect
type Faults = Record<string, string>

const own = ({ tenant }: Ctx | Tx) => eq(pages.tenant_id, tenant.id)
const one = (ctx: Ctx | Tx, id: string) => and(own(ctx), eq(pages.id, id))

/** The rows as clients see them; monitors that were deleted since are left out. */
async function views(ctx: Ctx, rows: Page[]) {
  const known = await knownIn(
    ctx,
    rows.flatMap(({ components }) => components),
  )
  return rows.map((row) => ({
    ...row,
    components: row.components.map((one) => ({ ...one, monitor_ids: one.monitor_ids.filter((id) => known.has(id)) })),
    url: `${baseUrl(ctx.app.config)}/s/${row.slug}`,
  }))
}
const viewOf = async (ctx: Ctx, row: Page) => found(await views(ctx, [row]))

async function knownIn(ctx: Ctx, components: Component[]) {
  const ids = [...new Set(components.flatMap(({ monitor_ids }) => monitor_ids))]
  return new Set((await existing(ctx, ids)).map(({ id }) => id))
}

export async function list(ctx: Ctx, page: PageQuery) {
  const paged = await paginate(ctx.db, pages, own(ctx), page)
  return { ...paged, items: await views(ctx, paged.items) }
}

export const get = async (ctx: Ctx, id: string) =>
  viewOf(ctx, found(await ctx.db.select().from(pages).where(one(ctx, id))))

/** One component with its defaults, or its faults under `components.<index>`. */
function componentOf(given: unknown, at: string, faults: Faults): Component | undefined {
  const wrong = faultsOf(ComponentDraft, given, at)
  Object.assign(faults, wrong)
  if (Object.keys(wrong).length > 0) return undefined
  // Safe: just checked against the schema of this very type.
  const draft = given as ComponentDraft
  for (const name of ['name', 'group'] as const) {
    const fault = draft[name] == null ? undefined : lineFault(draft[name])
    if (fault) faults[`${at}.${name}`] = fault
  }
  const text = draft.description ? textFault(draft.description) : undefined
  if (text) faults[`${at}.description`] = text
  const { id = Bun.randomUUIDv7(), name, group, description, monitor_ids = [] } = draft
  return {
    id,
    name: name.trim(),
    group: group?.trim() ?? null,
    description: description?.trim() || null,
    monitor_ids,
    show_uptime: draft.show_uptime ?? true,
    show_response_time: draft.show_response_time ?? false,
  }
}

async function componentsOf(ctx: Ctx, given: unknown[], faults: Faults): Promise<Component[]> {
  const components = given.map((one, i) => componentOf(one, `components.${i}`, faults))
  const known = await knownIn(
    ctx,
    components.filter((one) => one !== undefined),
  )
  const seen = new Set<string>()
  for (const [i, one] of components.entries()) {
    if (!one) continue
    if (seen.has(one.id)) faults[`components.${i}.id`] = 'is used twice'
    seen.add(one.id)
    for (const [j, id] of one.monitor_ids.entries())
      if (!known.has(id)) faults[`components.${i}.monitor_ids.${j}`] = 'is not a monitor of this workspace'
  }
  return components.filter((one) => one !== undefined)
}

/** The page an edit asks for; throws 422 naming every wrong field at once. */
async function read(ctx: Ctx, input: Edit) {
  const faults: Faults = {}
  const title = input.title === undefined ? undefined : lineFault(input.title)
  const text = input.description ? textFault(input.description) : undefined
  if (title) faults.title = title
  if (text) faults.description = text
  if (input.timezone !== undefined && !isZone(input.timezone))
    faults.timezone = 'is not a time zone such as Europe/Berlin'
  const components = input.components && (await componentsOf(ctx, input.components, faults))
  if (Object.keys(faults).length > 0) throw invalid(faults)
  const { slug, visibility, theme, timezone } = input
  const description = input.description === undefined ? undefined : input.description?.trim() || null
  return { slug, title: input.title?.trim(), description, visibility, theme, timezone, components }
}

/** Slugs belong to the whole appliance: the address must lead to one page. */
async function requireFree(tx: Tx, slug: string | undefined, id?: string) {
  if (slug === undefined) return
  const [taken] = await tx.db.select({ id: pages.id }).from(pages).where(eq(pages.slug, slug))
  if (taken && taken.id !== id)
    throw fail('CONFLICT', { message: 'Another status page has this slug', details: { field: 'slug' } })
}

/** A free slug made from the title: people who name none must not be asked to invent one. */
async function slugFor(tx: Tx, title: string): Promise<string> {
  const base = slugOf(title) || 'status'
  let slug = base
  for (let n = 2; (await tx.db.$count(pages, eq(pages.slug, slug))) > 0; n++) slug = `${base}-${n}`
  return slug
}

export async function create(ctx: Ctx, draft: Draft) {
  const { slug: chosen, description = null, components = [], ...wanted } = await read(ctx, draft)
  const row = await change(ctx, 'status_page.created', async (tx) => {
    await requireFree(tx, chosen)
    const slug = chosen ?? (await slugFor(tx, draft.title))
    const values = {
      tenant_id: tx.tenant.id,
      slug,
      title: wanted.title ?? draft.title,
      description,
      visibility: wanted.visibility ?? 'public',
      theme: wanted.theme ?? 'auto',
      timezone: wanted.timezone ?? tx.tenant.timezone,
      components,
      created_at: tx.at,
      updated_at: tx.at,
    } as const
    return found(await tx.db.insert(pages).values(values).returning())
  })
  announce(ctx, row)
  return viewOf(ctx, row)
}

export async function update(ctx: Ctx, id: string, edit: Edit) {
  await get(ctx, id)
  const wanted = await read(ctx, edit)
  const row = await change(ctx, 'status_page.updated', async (tx) => {
    await requireFree(tx, wanted.slug, id)
    return found(
      await tx.db
        .update(pages)
        .set({ ...wanted, updated_at: tx.at })
        .where(one(tx, id))
        .returning(),
    )
  })
  announce(ctx, row)
  return viewOf(ctx, row)
}

export async function remove(ctx: Ctx, id: string) {
  const row = await change(ctx, 'status_page.deleted', async (tx) =>
    found(await tx.db.delete(pages).where(one(tx, id)).returning()),
  )
  announce(ctx, row)
}

/** Rendered pages of this workspace are out of date. */
const announce = ({ app, tenant }: Ctx, { id }: Page) =>
  app.bus.publish({ tenant_id: tenant.id, type: 'status_page_update', data: { status_page_id: id } })
