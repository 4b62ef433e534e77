import { and, eq, inArray, sql } from 'drizzle-orm'
import { monitors } from '#db/schema/monitors'
import { probers } from '#db/schema/probers'
import type { Ctx, Tx } from '#kernel/context'
import { own } from './view'

/** What one monitor names of others, as it was given; what was not given is not looked at. */
export type Links = { regions?: readonly string[]; parents?: readonly string[]; members?: readonly string[] }
type Faults = Record<string, string>
type Asking = Pick<Ctx | Tx, 'db' | 'tenant'>

/** The members that settings name; none for other types. */
export const membersOf = ({ type, settings }: { type: string; settings: Record<string, unknown> }): string[] =>
  type === 'group' && Array.isArray(settings.members) ? settings.members.map(String) : []

const listed = (values: Iterable<string>) => sql`(select value from json_each(${JSON.stringify([...values])}))`

/** What there is of all that is named: one question each, however many monitors name it. */
async function known({ db, tenant }: Asking, links: Links[]) {
  const regions = new Set(links.flatMap((one) => [...(one.regions ?? [])]))
  const ids = new Set(links.flatMap((one) => [...(one.parents ?? []), ...(one.members ?? [])]))
  regions.delete('local')
  const placed = regions.size
    ? await db
        .selectDistinct({ region: probers.region })
        .from(probers)
        .where(and(eq(probers.tenant_id, tenant.id), inArray(probers.region, listed(regions))))
    : []
  const there = ids.size
    ? await db
        .select({ id: monitors.id })
        .from(monitors)
        .where(and(eq(monitors.tenant_id, tenant.id), inArray(monitors.id, listed(ids))))
    : []
  return { regions: new Set(placed.map(({ region }) => region)), ids: new Set(there.map(({ id }) => id)) }
}

/** For each monitor what it names that is not there (field → sentence). */
export async function linkFaults(ctx: Asking, links: Links[]): Promise<Faults[]> {
  const there = await known(ctx, links)
  const noRegion = (name: string) => name !== 'local' && !there.regions.has(name)
  const noMonitor = (id: string) => !there.ids.has(id)
  const missing = (field: string, names: readonly string[] = [], gone: (name: string) => boolean, why: string) =>
    names.flatMap((name, i) => (gone(name) ? [[`${field}.${i}`, why] as const] : []))
  return links.map(({ regions, parents, members }) =>
    Object.fromEntries([
      ...missing('regions', regions, noRegion, 'no prober of this workspace stands there'),
      ...missing('parents', parents, noMonitor, 'is no monitor of this workspace'),
      ...missing('settings.members', members, noMonitor, 'is no monitor of this workspace'),
    ]),
  )
}

/** Whether one of `targets` is met on the way up from `starts` (or down, through members of groups). */
async function meets({ db, tenant }: Asking, by: 'parents' | 'members', starts: string[], targets: string[]) {
  const next = by === 'parents' ? sql`json_each(m.parents)` : sql`json_each(m.settings, '$.members')`
  const only = by === 'parents' ? sql`` : sql`and m.type = 'group'`
  const way = sql`(with recursive way(id) as (
      select value from json_each(${JSON.stringify(starts)})
      union select step.value from way
        join monitors m on m.id = way.id and m.tenant_id = ${tenant.id} ${only}, ${next} step
    ) select id from way where id in ${listed(targets)} limit 1)`
  const found = await db.select({ id: sql<string>`id` }).from(way)
  return found.length > 0
}

/**
 * Where `ids`, which exist already, would depend on themselves once they have these parents or members. Asked inside the
 * transaction that writes: two edits at once could close a circle that neither of them sees.
 */
export async function circleFaults(tx: Asking, ids: string[], { parents, members }: Links): Promise<Faults> {
  const faults: Faults = {}
  const look = async (by: 'parents' | 'members', field: string, given: readonly string[] = []) => {
    if (given.length === 0 || !(await meets(tx, by, [...given], ids))) return
    for (const [i, id] of given.entries())
      if (ids.includes(id))
        faults[`${field}.${i}`] = ids.length === 1 ? 'is the monitor itself' : 'is one of them itself'
      else if (await meets(tx, by, [id], ids))
        faults[`${field}.${i}`] = by === 'parents' ? 'already depends on it' : 'already contains it'
  }
  await look('parents', 'parents', parents)
  await look('members', 'settings.members', members)
  return faults
}

/**
 * Takes monitors that are deleted out of the parents and groups of others, in the same transaction; answers whose. A
 * group may be left without members: then it is unknown.
 */
export async function unlink(tx: Tx, ids: string[]): Promise<string[]> {
  const gone = new Set(ids)
  const among = listed(ids)
  const named = sql`((${monitors.parents} <> '[]' and exists
      (select 1 from json_each(${monitors.parents}) p where p.value in ${among}))
    or (${monitors.type} = 'group' and exists
      (select 1 from json_each(${monitors.settings}, '$.members') p where p.value in ${among})))`
  const touched = await tx.db
    .select()
    .from(monitors)
    .where(and(own(tx), named))
  const rest = touched.filter(({ id }) => !gone.has(id))
  for (const { number, parents, settings, type } of rest) {
    const members = membersOf({ type, settings }).filter((id) => !gone.has(id))
    await tx.db
      .update(monitors)
      .set({
        parents: parents.filter((id) => !gone.has(id)),
        ...(type === 'group' && { settings: { ...settings, members } }),
        updated_at: tx.at,
      })
      .where(eq(monitors.number, number))
  }
  return rest.map(({ id }) => id)
}
