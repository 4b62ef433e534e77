import { and, eq } from 'drizzle-orm'
import type { NoticeEvent } from '#contract/events'
import type { Reader, Writer } from '#db/client'
import { message_templates } from '#db/schema/message-templates'
import { tenants } from '#db/schema/tenants'
import type { Incident } from '#engine/incidents'
import { lookUp, type Node, parse, render, TemplateFault } from '#engine/mustache'
import type { GroupWords, Worded } from '#engine/notice'
import type { Facts } from '#engine/subject'
import { isLeaf, type Leaf, named, onlyNamed, type Tree, values } from '#engine/template-values'
import { duration } from '#kernel/words'

export type Template = { title: string; body: string }

export const TITLE_MAX = 300
export const BODY_MAX = 4_000

/** How many letters have to change to make one word of the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next.push(
        Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)),
      )
    row = next
  }
  return row[b.length] ?? 0
}
function meant(name: string): string {
  const [near] = named()
    .map((one) => ({ name: one.name, far: distance(name.slice(0, 80), one.name) }))
    .sort((a, b) => a.far - b.far)
  return near && near.far <= 3 ? `; did you mean ${near.name}?` : ''
}

/** Throws for the first name that nothing is called. A list of words is gone through with `.`. */
function requireKnown(nodes: Node[], stack: readonly unknown[]) {
  for (const node of nodes) {
    if (node.kind === 'text') continue
    const found = lookUp(stack, node.path)
    const name = node.path.join('.')
    if (found === undefined) throw new TemplateFault(node, `nothing is called ${name}${meant(name)}`)
    // Safe: the stack holds parts of the tree of values, and null for a value.
    const one = found as Tree | Leaf | null
    const part = one && !isLeaf(one) ? one : null
    if (node.kind === 'value' && part)
      throw new TemplateFault(node, `${name || '.'} is no value: name a part of it, such as ${Object.keys(part)[0]}`)
    if (node.kind === 'section') requireKnown(node.inside, node.inverted ? stack : [...stack, part])
  }
}

/** Why a template is no good, with line and column, or nothing. */
export function templateFault(source: string): string | undefined {
  try {
    requireKnown(parse(source), [values])
  } catch (error) {
    if (error instanceof TemplateFault) return error.message
    throw error
  }
}

const onOneLine = (text: string) => text.replace(/\s+/g, ' ').trim()

/**
 * The words for these values. Where a template cannot be used, or leaves the title empty, Xinex's own words stay, which
 * are among the values. Pure.
 */
export function rendered(template: Template, data: Record<string, unknown>): { title: string; body: string } {
  const own = { title: String(data.title ?? ''), body: String(data.body ?? '') }
  const known = onlyNamed(values, data)
  try {
    const title = onOneLine(render(parse(template.title), known, TITLE_MAX)) || own.title
    return { title, body: render(parse(template.body), known, BODY_MAX).trim() }
  } catch (error) {
    if (error instanceof TemplateFault) return own
    throw error
  }
}

/** The workspace's own words for an event: those for this destination alone, else those for all; nothing where it has none. */
export async function templatesFor(
  db: Reader | Writer,
  tenant_id: string,
  event: NoticeEvent,
): Promise<{ workspace: string; of: (channel_id: string) => Template | undefined } | undefined> {
  const rows = await db
    .select({ template: message_templates, workspace: tenants.name })
    .from(message_templates)
    .innerJoin(tenants, eq(tenants.id, message_templates.tenant_id))
    .where(and(eq(message_templates.tenant_id, tenant_id), eq(message_templates.event, event)))
  const [first] = rows
  if (!first) return undefined
  const byChannel = new Map(rows.map(({ template }) => [template.channel_id, template]))
  return { workspace: first.workspace, of: (channel_id) => byChannel.get(channel_id) ?? byChannel.get('') }
}

type What = { at: string; down_s?: number; reminder?: boolean; group?: GroupWords }

/** All that a template may name, of one message. */
function dataOf(incident: Incident, { subject, labels }: Facts, worded: Worded, what: What, workspace: string) {
  const until = incident.resolved_at ?? what.at
  const lasted = what.down_s ?? (Date.parse(until) - Date.parse(incident.opened_at)) / 1_000
  const about = subject && { ...subject, tags: labels.tags, regions: labels.regions }
  const { title, body, url, at, severity, event } = worded
  return {
    ...{ title, body, url, at, severity, event, duration: duration(lasted), reminder: what.reminder ?? false },
    ...{ workspace: { name: workspace }, incident: { ...incident, url }, subject: about, group: what.group },
    [incident.heartbeat_id ? 'heartbeat' : 'monitor']: about,
  }
}

/** The message in the workspace's own words, where it has some: for each destination what it is to say. */
export async function reworded(
  db: Writer,
  incident: Incident,
  facts: Facts,
  event: NoticeEvent,
  worded: Worded,
  what: What,
): Promise<(channel_id: string) => Worded> {
  const own = await templatesFor(db, incident.tenant_id, event)
  if (!own) return () => worded
  const data = dataOf(incident, facts, worded, what, own.workspace)
  return wordsBy(own.of, worded, data)
}

/** The same for what is about no incident: planned work, a change of who is on call. */
export async function rewordedPlain(db: Writer, tenant_id: string, event: NoticeEvent, worded: Worded) {
  const own = await templatesFor(db, tenant_id, event)
  if (!own) return () => worded
  const { title, body, url, at, severity } = worded
  return wordsBy(own.of, worded, { title, body, url, at, severity, event, workspace: { name: own.workspace } })
}

const wordsBy =
  (of: (channel_id: string) => Template | undefined, worded: Worded, data: Record<string, unknown>) =>
  (channel_id: string): Worded => {
    const template = of(channel_id)
    return template ? { ...worded, ...rendered(template, data) } : worded
  }
