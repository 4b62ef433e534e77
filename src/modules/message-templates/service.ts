import { and, asc, eq, isNull } from 'drizzle-orm'
import { type NoticeEvent, noticeEvents } from '#contract/events'
import type { Reader, Writer } from '#db/client'
import { envelope } from '#db/query'
import { message_templates as templates } from '#db/schema/message-templates'
import { notification_channels as channels } from '#db/schema/notification-channels'
import { named, sampleOf } from '#engine/template-values'
import { rendered, type Template, templateFault } from '#engine/templates'
import { change, found } from '#kernel/change'
import type { Ctx, Tx } from '#kernel/context'
import { fail, invalid } from '#kernel/fail'
import { textFault } from '#kernel/faults'
import type { PageQuery } from '#kernel/page'

const own = ({ tenant }: Ctx | Tx) => eq(templates.tenant_id, tenant.id)
const select = (db: Reader | Writer) =>
  db
    .select({ template: templates, channel_name: channels.name })
    .from(templates)
    .leftJoin(channels, eq(channels.id, templates.channel_id))
type Row = Awaited<ReturnType<typeof select>>[number]

function view({ template: { tenant_id: _, channel_id, ...template }, channel_name }: Row) {
  return { ...template, channel_id: channel_id === '' ? null : channel_id, channel_name }
}

export async function list(ctx: Ctx, page: PageQuery) {
  const rows = await select(ctx.db)
    .where(own(ctx))
    .orderBy(asc(templates.event), asc(templates.channel_id))
    .limit(page.per_page)
    .offset((page.page - 1) * page.per_page)
  return envelope(rows.map(view), await ctx.db.$count(templates, own(ctx)), page)
}

function requireSound(words: Template) {
  const faults = Object.fromEntries(
    (['title', 'body'] as const).flatMap((name) => {
      const fault = textFault(words[name]) ?? templateFault(words[name])
      return fault ? [[name, fault]] : []
    }),
  )
  if (words.title.trim() === '') faults.title = 'must not be empty'
  if (Object.keys(faults).length > 0) throw invalid(faults)
}

/** The event that the path names; what is none is not found. */
function eventOf(name: string): NoticeEvent {
  const event = noticeEvents.find((one) => one === name)
  if (!event) throw fail('NOT_FOUND')
  return event
}

async function requireChannel({ db, tenant }: Tx, id: string) {
  const [row] = await db
    .select({ id: channels.id })
    .from(channels)
    .where(and(eq(channels.id, id), eq(channels.tenant_id, tenant.id), isNull(channels.user_id)))
  if (!row) throw invalid({ channel_id: 'is no channel of this workspace' })
}

/** The words of a workspace for an event, for all its channels or for one; throws 422 with line and column of a mistake. */
export async function put(ctx: Ctx, name: string, channel_id: string | undefined, words: Template) {
  const event = eventOf(name)
  requireSound(words)
  const row = await change(ctx, 'message_template.updated', async (tx) => {
    if (channel_id) await requireChannel(tx, channel_id)
    const { title, body } = words
    const values = { tenant_id: tx.tenant.id, event, channel_id: channel_id ?? '', title, body, updated_at: tx.at }
    const target = [templates.tenant_id, templates.event, templates.channel_id]
    return found(
      await tx.db
        .insert(templates)
        .values({ ...values, created_at: tx.at })
        .onConflictDoUpdate({ target, set: { title, body, updated_at: tx.at } })
        .returning(),
    )
  })
  return view(found(await select(ctx.db).where(and(own(ctx), eq(templates.id, row.id)))))
}

/** Xinex's own words again. */
export async function remove(ctx: Ctx, name: string, channel_id: string | undefined) {
  const event = eventOf(name)
  return change(ctx, 'message_template.deleted', async (tx) => {
    const one = and(own(tx), eq(templates.event, event), eq(templates.channel_id, channel_id ?? ''))
    return found(await tx.db.delete(templates).where(one).returning())
  })
}

/** What a template would say, of an example. */
export function preview({ event, ...words }: { event: NoticeEvent } & Template) {
  requireSound(words)
  return rendered(words, sampleOf(event))
}

/** All that a template can name. */
export function variables() {
  const items = named()
  return envelope(items, items.length, { page: 1, per_page: 100 })
}

/** A channel goes, and the words that were meant for it alone. */
export const forgetTemplatesOf = (tx: Tx, channel_id: string) =>
  tx.db.delete(templates).where(and(own(tx), eq(templates.channel_id, channel_id)))
