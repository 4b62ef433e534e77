import { and, asc, eq } from 'drizzle-orm'
import type { EventName } from '#contract/events'
import { incidents, incident_timeline as timeline } from '#db/schema/engine'
import { change, found } from '#kernel/change'
import type { Ctx, Tx } from '#kernel/context'

type Incident = typeof incidents.$inferSelect

const own = ({ tenant }: Ctx | Tx) => eq(incidents.tenant_id, tenant.id)
const one = (ctx: Ctx | Tx, id: string) => and(own(ctx), eq(incidents.id, id))

export function view(row: Incident, now: number) {
  const { dedup_key: _, reminded_at: __, ...incident } = row
  const end = row.resolved_at ? Date.parse(row.resolved_at) : now
  return { ...incident, duration_s: Math.max(0, Math.floor((end - Date.parse(row.opened_at)) / 1000)) }
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

/** Leaves the transaction without a trace: there is nothing to do. */
class AlreadySo extends Error {}

type Step = {
  event: EventName
  done: (incident: Incident) => boolean
  verb: (tx: Tx) => Promise<Incident>
  /** What the engine has to know besides. */
  tell?: () => Record<string, unknown>
}

export async function step(ctx: Ctx, id: string, { event, done, verb, tell }: Step) {
  try {
    await change(
      ctx,
      event,
      async (tx) => {
        const row = found(await tx.db.select().from(incidents).where(one(tx, id)))
        if (done(row)) throw new AlreadySo()
        return verb(tx)
      },
      tell,
    )
  } catch (error) {
    if (!(error instanceof AlreadySo)) throw error
  }
  return get(ctx, id)
}
