import { and, desc, eq, gt, inArray, lt } from 'drizzle-orm'
import type { ScheduleConfig } from '#contract/oncall'
import type { Reader, Writer } from '#db/client'
import { users } from '#db/schema/auth'
import { audit_log } from '#db/schema/kernel'
import { schedule_versions, type schedules } from '#db/schema/schedules'
import { memberships } from '#db/schema/tenants'
import { isoAt } from '#kernel/clock'
import { presentOnly, type Version } from '#oncall/resolve'

type Row = Pick<typeof schedules.$inferSelect, 'id' | 'tenant_id' | 'config' | 'valid_from'>

/** Who works in a workspace, by id. */
export async function membersOf(db: Reader | Writer, tenant_id: string): Promise<Map<string, string>> {
  const rows = await db
    .select({ id: users.id, name: users.name })
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.user_id))
    .where(eq(memberships.tenant_id, tenant_id))
  return new Map(rows.map(({ id, name }) => [id, name]))
}

/** Everybody whom a schedule names. */
export const peopleIn = ({ layers, overrides, temporary }: ScheduleConfig): Set<string> =>
  new Set([
    ...layers.flatMap(({ participants }) => participants.flat()),
    ...overrides.flatMap(({ user_id, replaces }) => [user_id ?? [], replaces ?? []].flat()),
    ...temporary.flatMap(({ shifts }) => shifts.map(({ user_id }) => user_id)),
  ])

/** The names of people, also of those who have left and whose account is still there. */
export async function namesOf(db: Reader, ids: Iterable<string>): Promise<Map<string, string>> {
  const wanted = [...new Set(ids)]
  if (wanted.length === 0) return new Map()
  const rows = await db.select({ id: users.id, name: users.name }).from(users).where(inArray(users.id, wanted))
  return new Map(rows.map(({ id, name }) => [id, name]))
}

/** When people who are gone have left; an account that was deleted with all of it is taken for there until now. */
async function leftAt(db: Reader, tenant_id: string, gone: string[], now: number): Promise<Map<string, number>> {
  const left = new Map(gone.map((id) => [id, now]))
  if (gone.length === 0) return left
  const rows = await db
    .select({ id: audit_log.subject_id, at: audit_log.at })
    .from(audit_log)
    .where(
      and(
        eq(audit_log.tenant_id, tenant_id),
        eq(audit_log.event, 'member.removed'),
        inArray(audit_log.subject_id, gone),
      ),
    )
    .orderBy(desc(audit_log.at))
  // The last time counts: oldest last here, so written first.
  for (const { id, at } of rows.reverse()) left.set(id, Date.parse(at))
  return left
}

/** A version in parts, in each of which the same people are there. */
function partsOf({ config, from, until }: Version, left: Map<string, number>): Version[] {
  const named = peopleIn(config)
  const leaving = [...left].filter(([id]) => named.has(id))
  const cuts = leaving.map(([, at]) => at).filter((at) => at > from && (until === null || at < until))
  const edges = [from, ...new Set(cuts.sort((a, b) => a - b))]
  return edges.map((begin, i) => ({
    config: presentOnly(config, (id) => (left.get(id) ?? Infinity) > begin),
    from: begin,
    until: edges[i + 1] ?? until,
  }))
}

/**
 * What a schedule says, and said, between two moments: as it was then, with the people who were there then. Of what is to
 * come, it is as it is now.
 */
export async function versionsOf(
  db: Reader,
  { id, tenant_id, config, valid_from }: Row,
  { from, to, now, members }: { from: number; to: number; now: number; members: ReadonlyMap<string, string> },
): Promise<Version[]> {
  const since = Date.parse(valid_from)
  const past =
    from >= since
      ? []
      : await db
          .select()
          .from(schedule_versions)
          .where(
            and(
              eq(schedule_versions.schedule_id, id),
              gt(schedule_versions.until, isoAt(from)),
              lt(schedule_versions.from, isoAt(to)),
            ),
          )
          .orderBy(schedule_versions.from)
  const versions: Version[] = [
    ...past.map((one) => ({ config: one.config, from: Date.parse(one.from), until: Date.parse(one.until) })),
    // A clock that was set back must not leave the present to nobody.
    { config, from: Math.min(since, now), until: null },
  ]
  const gone = [...new Set(versions.flatMap((one) => [...peopleIn(one.config)]))].filter((one) => !members.has(one))
  const left = await leftAt(db, tenant_id, gone, now)
  return versions.flatMap((one) => partsOf(one, left))
}
