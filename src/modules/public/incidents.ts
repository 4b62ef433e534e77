import { and, asc, desc, eq, gt, inArray, ne, or } from 'drizzle-orm'
import type { TimelineKind } from '#contract/statuses'
import { incidents, incident_timeline as timeline } from '#db/schema/engine'
import type { Component } from '#db/schema/status-pages'
import { isoAt } from '#kernel/clock'
import type { Ctx } from '#kernel/context'
import type { IncidentView } from './schema'

const HISTORY_MS = 14 * 86_400_000

/**
 * What each kind of entry says in public. The words of the team and of the failing service stay inside: they name
 * hosts, people and causes that were never meant for strangers.
 */
const said: Partial<Record<TimelineKind, string>> = {
  detected: 'We noticed a problem.',
  created: 'A problem was reported.',
  acknowledged: 'We are working on it.',
  recovered: 'It works again.',
  resolved: 'This is resolved.',
}
// Safe: the keys of the table above.
const kinds = Object.keys(said) as TimelineKind[]

const listed = (names: string[]) =>
  names.length < 3 ? names.join(' and ') : `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`

/** Open incidents and those of the last two weeks that touch the components, newest first. */
export async function incidentsOf(ctx: Ctx, components: Component[]): Promise<IncidentView[]> {
  const ids = [...new Set(components.flatMap(({ monitor_ids }) => monitor_ids))]
  if (ids.length === 0) return []
  const rows = await ctx.db
    .select()
    .from(incidents)
    .where(
      and(
        eq(incidents.tenant_id, ctx.tenant.id),
        inArray(incidents.monitor_id, ids),
        or(ne(incidents.status, 'resolved'), gt(incidents.opened_at, isoAt(ctx.now() - HISTORY_MS))),
      ),
    )
    .orderBy(desc(incidents.opened_at), desc(incidents.id))
    .limit(100)
  const entries = await entriesOf(
    ctx,
    rows.map(({ id }) => id),
  )
  return rows.map((row) => {
    const names = components
      .filter((one) => row.monitor_id && one.monitor_ids.includes(row.monitor_id))
      .map((one) => one.name)
    const { id, status, severity, opened_at, acknowledged_at, resolved_at } = row
    // A title made by the engine names the monitor, which only the team knows; a person's own title is meant to be read.
    const title = row.source_type === 'manual' ? row.title : `Problem with ${listed(names)}`
    const updates = (entries.get(id) ?? []).map(({ at, kind }) => ({ at, kind, message: said[kind] ?? '' }))
    return { id, title, status, severity, opened_at, acknowledged_at, resolved_at, components: names, updates }
  })
}

async function entriesOf(ctx: Ctx, ids: string[]) {
  if (ids.length === 0) return new Map<string, { at: string; kind: TimelineKind }[]>()
  const rows = await ctx.db
    .select({ incident_id: timeline.incident_id, at: timeline.at, kind: timeline.kind })
    .from(timeline)
    .where(and(inArray(timeline.incident_id, ids), inArray(timeline.kind, kinds)))
    .orderBy(asc(timeline.at), asc(timeline.id))
  return Map.groupBy(rows, ({ incident_id }) => incident_id)
}
