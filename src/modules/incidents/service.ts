import { and, desc, eq, ne, type SQL, sql } from 'drizzle-orm'
import { paginate } from '#db/query'
import { incidents } from '#db/schema/engine'
import { monitors } from '#db/schema/monitors'
import * as engine from '#engine/incidents'
import { tellIncident } from '#engine/live'
import { change } from '#kernel/change'
import type { Ctx, Tx } from '#kernel/context'
import { fail, invalid } from '#kernel/fail'
import { lineFault, textFault } from '#kernel/faults'
import type { Acknowledgement, Comment, Draft, ListQuery, Note } from './schema'
import { get, step, view } from './step'

export * from './respond'
export { get } from './step'

const own = ({ tenant }: Ctx | Tx) => eq(incidents.tenant_id, tenant.id)

function matching(
  ctx: Ctx,
  { status, severity, monitor_id, heartbeat_id, group_id, source_type, q }: ListQuery,
): SQL | undefined {
  const like = q?.trim() ? `%${q.trim().replace(/[\\%_]/g, '\\$&')}%` : undefined
  return and(
    own(ctx),
    status === 'active' ? ne(incidents.status, 'resolved') : status ? eq(incidents.status, status) : undefined,
    severity ? eq(incidents.severity, severity) : undefined,
    monitor_id ? eq(incidents.monitor_id, monitor_id) : undefined,
    heartbeat_id ? eq(incidents.heartbeat_id, heartbeat_id) : undefined,
    group_id ? eq(incidents.group_id, group_id) : undefined,
    // A fire drill is no incident, unless that is what is asked for.
    source_type ? eq(incidents.source_type, source_type) : ne(incidents.source_type, 'drill'),
    like
      ? sql`(${incidents.title} like ${like} escape '\\' or ${incidents.monitor_name} like ${like} escape '\\'
          or ${incidents.heartbeat_name} like ${like} escape '\\')`
      : undefined,
  )
}

/** Newest first. */
export async function list(ctx: Ctx, query: ListQuery) {
  const paged = await paginate(ctx.db, incidents, matching(ctx, query), query, [
    desc(incidents.opened_at),
    desc(incidents.id),
  ])
  return { ...paged, items: paged.items.map((row) => view(row, ctx.now())) }
}

async function monitorFor(tx: Tx, id: string | undefined) {
  if (id === undefined) return undefined
  const [monitor] = await tx.db
    .select({ id: monitors.id, name: monitors.name })
    .from(monitors)
    .where(and(eq(monitors.tenant_id, tx.tenant.id), eq(monitors.id, id)))
  if (!monitor) throw invalid({ monitor_id: 'is not a monitor of this workspace' })
  return monitor
}

export async function create(ctx: Ctx, { title, severity = 'high', message, monitor_id }: Draft) {
  const faults = { title: lineFault(title), message: textFault(message ?? '') }
  const wrong = Object.entries(faults).filter((entry): entry is [string, string] => entry[1] !== undefined)
  if (wrong.length > 0) throw invalid(Object.fromEntries(wrong))
  const { id } = await change(ctx, 'incident.created', async (tx) => {
    const monitor = await monitorFor(tx, monitor_id)
    return engine.openManual(tx, { title: title.trim(), severity, message: message?.trim() || undefined, monitor })
  })
  return get(ctx, id)
}

function noteOf({ message }: Note): string | undefined {
  const fault = textFault(message ?? '')
  if (fault) throw invalid({ message: fault })
  return message?.trim() || undefined
}

/** Somebody is on it: reminders stop. A second acknowledgement changes nothing. */
export async function acknowledge(ctx: Ctx, id: string, { for_s, ...note }: Acknowledgement) {
  const message = noteOf(note)
  return step(ctx, id, {
    event: 'incident.acknowledged',
    done({ status, source_type }) {
      if (status === 'resolved') throw fail('CONFLICT', { message: 'This incident is already resolved' })
      // In a drill everybody who was called is to answer.
      return status === 'acknowledged' && source_type !== 'drill'
    },
    verb: (tx) => engine.acknowledge(tx, id, message),
    tell: () => (for_s === undefined ? {} : { for_s }),
  })
}

/** It is over. A second resolution changes nothing. */
export async function resolve(ctx: Ctx, id: string, note: Note) {
  const message = noteOf(note)
  return step(ctx, id, {
    event: 'incident.resolved',
    done: ({ status }) => status === 'resolved',
    verb: (tx) => engine.resolve(tx, id, message),
  })
}

/** A note for the team, in the timeline. */
export async function comment(ctx: Ctx, id: string, note: Comment) {
  const message = noteOf(note)
  if (!message) throw invalid({ message: 'must not be empty' })
  const commented = await step(ctx, id, {
    event: 'incident.commented',
    done: () => false,
    verb: (tx) => engine.comment(tx, id, message),
  })
  // Nothing for the engine to do, so nobody else tells the screens.
  tellIncident(ctx.app.bus, commented)
  return commented
}
