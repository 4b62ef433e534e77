import { and, count, eq, type SQL, sql } from 'drizzle-orm'
import { type HeartbeatKind, type HeartbeatStatus, heartbeatStatuses } from '#contract/heartbeats'
import { envelope, type Page, type Paged } from '#db/query'
import { heartbeat_states as states } from '#db/schema/heartbeat-states'
import { heartbeats } from '#db/schema/heartbeats'
import type { Ctx } from '#kernel/context'
import type { ListQuery } from './schema'
import { type Found, own, select, type View, viewOf } from './view'

/** `statusAt` of src/heartbeats/status.ts, as the database says it. */
const statusAt = (now: number) => sql<HeartbeatStatus>`case
  when ${states.status} = 'up' and ${states.expected_at} <= ${now}
    and coalesce(json_array_length(${states.data}, '$.runs'), 0) = 0 then 'late'
  else ${states.status} end`
const hasProblems = sql`coalesce(json_array_length(${states.data}, '$.problems'), 0) > 0`

/** What needs a person comes first. */
const urgency: HeartbeatStatus[] = ['down', 'late', 'new', 'up', 'paused']
if (urgency.length !== heartbeatStatuses.length) throw new Error('A status of heartbeats has no place in the order')
const rank = (now: number) =>
  sql`case when ${states.status} = 'up' and ${hasProblems} then 0.5 else ${sql.join(
    [sql`case ${statusAt(now)}`, ...urgency.map((one, i) => sql`when ${one} then ${i}`), sql`end`],
    sql` `,
  )} end`
const byName = sql`lower(${heartbeats.name})`
const ordersAt = (now: number): Record<NonNullable<ListQuery['sort']>, SQL[]> => ({
  status: [rank(now), byName],
  name: [byName],
  last_ping: [sql`${states.last_ping_at} desc nulls last`],
  expected: [sql`${states.expected_at} nulls last`],
})

/** The text as LIKE finds it anywhere, its own % and _ taken literally. */
const containing = (text: string) => `%${text.replace(/[\\%_]/g, '\\$&')}%`

function matching(ctx: Ctx, { q, status, tag }: ListQuery, kind: HeartbeatKind): SQL | undefined {
  const like = q?.trim() ? containing(q.trim()) : undefined
  return and(
    own(ctx, kind),
    like
      ? sql`(${heartbeats.name} like ${like} escape '\\' or ${heartbeats.name_slug} like ${like} escape '\\')`
      : undefined,
    status === 'problems' ? hasProblems : status ? sql`${statusAt(ctx.now())} = ${status}` : undefined,
    tag ? sql`exists (select 1 from json_each(${heartbeats.tags}) where value = ${tag})` : undefined,
  )
}

/** Those that match, with where they stand. */
export async function find(ctx: Ctx, query: ListQuery, kind: HeartbeatKind = 'job'): Promise<Paged<Found>> {
  const { page, per_page, sort = 'status' } = query
  const where = matching(ctx, query, kind)
  const items = await select(ctx)
    .where(where)
    .orderBy(...ordersAt(ctx.now())[sort], sql`${heartbeats.number}`)
    .limit(per_page)
    .offset((page - 1) * per_page)
  const [counted] = await ctx.db
    .select({ total: count() })
    .from(heartbeats)
    .innerJoin(states, eq(states.heartbeat, heartbeats.number))
    .where(where)
  return envelope(items, counted?.total ?? 0, query)
}
export async function list(ctx: Ctx, query: ListQuery, kind: HeartbeatKind = 'job'): Promise<Paged<View>> {
  const { items, ...rest } = await find(ctx, query, kind)
  return { ...rest, items: items.map((found) => viewOf(ctx, found)) }
}

/** How many of them stand how, at this moment. */
export async function summary(ctx: Ctx, kind: HeartbeatKind = 'job') {
  const status = statusAt(ctx.now())
  const rows = await ctx.db
    .select({ status, count: count(), problems: sql<number>`sum(${hasProblems})` })
    .from(heartbeats)
    .innerJoin(states, eq(states.heartbeat, heartbeats.number))
    .where(own(ctx, kind))
    .groupBy(sql`1`)
  const of = (wanted: HeartbeatStatus) => rows.find((row) => row.status === wanted)?.count ?? 0
  return {
    total: rows.reduce((sum, row) => sum + row.count, 0),
    ...{ new: of('new'), up: of('up'), late: of('late'), down: of('down'), paused: of('paused') },
    problems: rows.reduce((sum, row) => sum + row.problems, 0),
  }
}

/** Every tag and how many have it, in the order of the alphabet. */
export async function tags(ctx: Ctx, page: Page, kind: HeartbeatKind = 'job') {
  const rows = await ctx.db
    .select({ tag: sql<string>`tag.value`, heartbeats: count(), total: sql<number>`count(*) over ()` })
    .from(sql`${heartbeats}, json_each(${heartbeats.tags}) tag`)
    .where(own(ctx, kind))
    .groupBy(sql`tag.value`)
    .orderBy(sql`lower(tag.value), tag.value`)
    .limit(page.per_page)
    .offset((page.page - 1) * page.per_page)
  const items = rows.map(({ tag, heartbeats }) => ({ tag, heartbeats }))
  return envelope(items, rows[0]?.total ?? 0, page)
}
