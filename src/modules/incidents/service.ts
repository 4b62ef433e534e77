import { and, asc, desc, eq, ne, type SQL, sql } from 'drizzle-orm'
import type { EventName } from '#contract/events'
import { paginate } from '#db/query'
import { incidents, incident_timeline as timeline } from '#db/schema/engine'
import { monitors } from '#db/schema/monitors'
import * as engine from '#engine/incidents'
import { tellIncident } from '#engine/live'
import { change, found } from '#kernel/change'
import type { Ctx, Tx } from '#kernel/context'
import { fail, invalid } from '#kernel/fail'
import { lineFault, textFault } from '#kernel/faults'
import type { Comment, Draft, ListQuery, Note } from './schema'

type Incident = typeof incidents.$inferSelect

const own = ({ tenant }: Ctx | Tx) => eq(incidents.tenant_id, tenant.id)
const one = (ctx: Ctx | Tx, id: string) => and(own(ctx), eq(incidents.id, id))

function view(row: Incident, now: number) {
  const { dedup_key: _, reminded_at: __, ...incident } = row
  const end = row.resolved_at ? Date.parse(row.resolved_at) : now
  return { ...incident, duration_s: Math.max(0, Math.floor((end - Date.parse(row.opened_at)) / 1000)) }
}

function matching(ctx: Ctx, { status, severity, monitor_id, heartbeat_id, q }: ListQuery): SQL | undefined {
  const like = q?.trim() ? `%${q.trim().replace(/[\\%_]/g, '\\$&')}%` : undefined
  return and(
    own(ctx),
    status === 'active' ? ne(incidents.status, 'resolved') : status ? eq(incidents.status, status) : undefined,
    severity ? eq(incidents.severity, severity) : undefined,
    monitor_id ? eq(incidents.monitor_id, monitor_id) : undefined,
    heartbeat_id ? eq(incidents.heartbeat_id, heartbeat_id) : undefined,
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

/** The incident with everything that happened in it, oldest first. */
export async function get(ctx: Ctx, id: string) {
  const row = found(await ctx.db.select().from(incidents).where(one(ctx, id)))
  const { id: entry, kind, actor_label, message, data, at } = timeline
  const entries = await ctx.db
    .select({ id: entry, kind, actor_label, message, data, at })
    .from(timeline)
    .where(eq(timeline.incident_id, id))
    .orderBy(asc(timeline.at), asc(timeline.id))
  return { ...view(row, ctx.now()), timeline: entries }
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

/** Leaves the transaction without a trace: there is nothing to do. */
class AlreadySo extends Error {}

type Step = { event: EventName; done: (incident: Incident) => boolean; verb: (tx: Tx) => Promise<Incident> }

async function step(ctx: Ctx, id: string, { event, done, verb }: Step) {
  try {
    await change(ctx, event, async (tx) => {
      const row = found(await tx.db.select().from(incidents).where(one(tx, id)))
      if (done(row)) throw new AlreadySo()
      return verb(tx)
    })
  } catch (error) {
    if (!(error instanceof AlreadySo)) throw error
  }
  return get(ctx, id)
}

function noteOf({ message }: Note): string | undefined {
  const fault = textFault(message ?? '')
  if (fault) throw invalid({ message: fault })
  return message?.trim() || undefined
}

/** Somebody is on it: reminders stop. A second acknowledgement changes nothing. */
export async function acknowledge(ctx: Ctx, id: string, note: Note) {
  const message = noteOf(note)
  return step(ctx, id, {
    event: 'incident.acknowledged',
    done({ status }) {
      if (status === 'resolved') throw fail('CONFLICT', { message: 'This incident is already resolved' })
      return status === 'acknowledged'
    },
    verb: (tx) => engine.acknowledge(tx, id, message),
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
