import { and, desc, eq, type SQL, sql } from 'drizzle-orm'
import { type MonitorStatus, monitorStatuses } from '#contract/statuses'
import { monitor_states as states } from '#db/schema/engine'
import { monitors } from '#db/schema/monitors'
import { found } from '#kernel/change'
import type { Ctx, Tx } from '#kernel/context'
import { shown } from '#kernel/settings'
import { probeOf } from '#probes/index'
import type { Monitor } from './draft'
import type { ListQuery } from './schema'

export type State = typeof states.$inferSelect | null

export const own = ({ tenant }: Ctx | Tx) => eq(monitors.tenant_id, tenant.id)
export const one = (ctx: Ctx | Tx, id: string) => and(own(ctx), eq(monitors.id, id))

/** The status people see: pausing shows at once, and after resuming it is pending until the first check. */
const status = sql<MonitorStatus>`case
  when ${monitors.enabled} = 0 then 'paused'
  when ${states.maintained_since} is not null then 'maintenance'
  when ${states.status} is null or ${states.status} = 'paused' then 'pending'
  else ${states.status} end`

export const statusOf = ({ enabled }: Monitor, state: State): MonitorStatus =>
  !enabled
    ? 'paused'
    : state?.maintained_since
      ? 'maintenance'
      : !state || state.status === 'paused'
        ? 'pending'
        : state.status

/** What needs a person comes first. */
const urgency: MonitorStatus[] = ['down', 'degraded', 'unknown', 'maintenance', 'pending', 'up', 'paused']
if (urgency.length !== monitorStatuses.length) throw new Error('A monitor status has no place in the order')
const rank = sql.join([sql`case ${status}`, ...urgency.map((one, i) => sql`when ${one} then ${i}`), sql`end`], sql` `)

const byName = sql`lower(${monitors.name})`
const orders: Record<NonNullable<ListQuery['sort']>, SQL[]> = {
  status: [rank, byName],
  name: [byName],
  '-name': [desc(byName)],
  created_at: [sql`${monitors.number}`],
  '-created_at': [desc(monitors.number)],
}
export const orderOf = ({ sort = 'status' }: ListQuery) => [...orders[sort], sql`${monitors.number}`]

/** The text as LIKE finds it anywhere, its own % and _ taken literally. */
const containing = (text: string) => `%${text.replace(/[\\%_]/g, '\\$&')}%`

type Wanted = Pick<ListQuery, 'q' | 'status' | 'type' | 'tag' | 'parent'>
export function matching(ctx: Ctx, { q, status: wanted, type, tag, parent }: Wanted): SQL | undefined {
  const like = q?.trim() ? containing(q.trim()) : undefined
  return and(
    own(ctx),
    like ? sql`(${monitors.name} like ${like} escape '\\' or ${monitors.url} like ${like} escape '\\')` : undefined,
    wanted ? sql`${status} = ${wanted}` : undefined,
    type ? eq(monitors.type, type) : undefined,
    tag ? sql`exists (select 1 from json_each(${monitors.tags}) where value = ${tag})` : undefined,
    parent ? sql`exists (select 1 from json_each(${monitors.parents}) where value = ${parent})` : undefined,
  )
}

/** Monitors with where they stand. */
export const select = ({ db }: Ctx) =>
  db.select({ monitor: monitors, state: states }).from(monitors).leftJoin(states, eq(states.monitor, monitors.number))

/** A word, or a number as a number. */
const quorumShown = (quorum: string) => (/^\d+$/.test(quorum) ? Number(quorum) : quorum)

export function view({ number: _, url, settings: stored, ...monitor }: Monitor, state: State) {
  const probe = probeOf(monitor.type)
  const settings = probe ? shown(probe.settings, stored) : {}
  const now = statusOf({ number: _, url, settings: stored, ...monitor }, state)
  return {
    ...monitor,
    url,
    settings,
    target: probe?.target({ url, settings }) ?? url,
    region_quorum: quorumShown(monitor.region_quorum),
    status: now,
    status_since:
      now === 'maintenance' ? (state?.maintained_since ?? null) : state?.status === now ? state.since : null,
  }
}

/** The monitor and where it stands; another tenant's is not found. */
export const load = async (ctx: Ctx, id: string) => found(await select(ctx).where(one(ctx, id)).limit(1))

/** The newest check, from memory where the engine has it. */
export function last({ app }: Ctx, { number }: Monitor, state: State) {
  const { checked_at = null, response_time_ms = null, message = null } = app.engine.snapshot(number) ?? state ?? {}
  return { checked_at, response_time_ms, message }
}
