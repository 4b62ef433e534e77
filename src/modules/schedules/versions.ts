import { and, eq, lt } from 'drizzle-orm'
import type { ScheduleConfig } from '#contract/oncall'
import { schedule_versions, schedules } from '#db/schema/schedules'
import { found } from '#kernel/change'
import { isoAt } from '#kernel/clock'
import type { Ctx, Tx } from '#kernel/context'
import type { Row } from './view'

/** Who was on call is known for so long. */
const KEPT_MS = 2 * 366 * 86_400_000

export const own = ({ tenant }: Ctx | Tx) => eq(schedules.tenant_id, tenant.id)
export const one = (ctx: Ctx | Tx, id: string) => and(own(ctx), eq(schedules.id, id))
export const load = async (ctx: Ctx | Tx, id: string): Promise<Row> =>
  found(await ctx.db.select().from(schedules).where(one(ctx, id)))

/** What of a schedule matters between two moments. */
function during(config: ScheduleConfig, from: number, until: number): ScheduleConfig {
  const touches = (span: { from: string; to: string }) => Date.parse(span.to) > from && Date.parse(span.from) < until
  return { ...config, overrides: config.overrides.filter(touches), temporary: config.temporary.filter(touches) }
}

/**
 * Gives a schedule what it says from now on, inside a running change. What it said before is kept, so that who was on call
 * is never rewritten.
 */
export async function rewrite(
  tx: Tx,
  row: Row,
  config: ScheduleConfig,
  more: Partial<Pick<Row, 'name' | 'description' | 'notice'>> = {},
): Promise<Row> {
  const now = Date.parse(tx.at)
  const since = Date.parse(row.valid_from)
  if (since < now)
    await tx.db.insert(schedule_versions).values({
      ...{ schedule_id: row.id, config: during(row.config, since, now) },
      ...{ from: row.valid_from, until: tx.at },
    })
  const old = and(eq(schedule_versions.schedule_id, row.id), lt(schedule_versions.until, isoAt(now - KEPT_MS)))
  await tx.db.delete(schedule_versions).where(old)
  const values = { ...more, config: during(config, now, Infinity), valid_from: tx.at, updated_at: tx.at }
  return found(await tx.db.update(schedules).set(values).where(one(tx, row.id)).returning())
}

/** What the audit log keeps of a schedule: overrides have entries of their own. */
export const recorded = ({ config: { timezone, layers }, ...row }: Row) => ({ ...row, timezone, layers })
