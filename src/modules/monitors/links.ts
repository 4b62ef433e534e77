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

/** Monitors whose links are read at once. */
const AT_ONCE = 500
const turn = () => new Promise<void>((next) => setImmediate(next))

/** What each monitor on the way up from `starts` (or down, through members of groups) leads to; each is read once. */
async function waysFrom({ db, tenant }: Asking, by: 'parents' | 'members', starts: string[]) {
  const next = by === 'parents' ? sql<string>`${monitors.parents}` : sql<string>`${monitors.settings} -> '$.members'`
  const only = by === 'parents' ? undefined : eq(monitors.type, 'group')
  const ways = new Map<string, string[]>()
  const ahead = new Set(starts)
  while (ahead.size > 0) {
    const asked = [...ahead].slice(0, AT_ONCE)
    for (const id of asked) {
      ahead.delete(id)
      ways.set(id, [])
    }
    const rows = await db
      .select({ id: monitors.id, next })
      .from(monitors)
      .where(and(eq(monitors.tenant_id, tenant.id), inArray(monitors.id, listed(asked)), only))
    for (const row of rows) {
      // Safe: both columns hold lists of ids.
      const to = JSON.parse(row.next) as string[]
      ways.set(row.id, to)
      for (const id of to) if (!ways.has(id)) ahead.add(id)
    }
    await turn()
  }
  return ways
}

/** Those of `starts` from which one of `targets` is met. */
async function leading(asking: Asking, by: 'parents' | 'members', starts: string[], targets: string[]) {
  const ways = await waysFrom(asking, by, starts)
  const back = new Map<string, string[]>()
  for (const [from, all] of ways)
    for (const to of all) {
      const known = back.get(to)
      if (known) known.push(from)
      else back.set(to, [from])
    }
  const met = new Set(targets.filter((id) => ways.has(id)))
  for (const id of met) for (const from of back.get(id) ?? []) met.add(from)
  return new Set(starts.filter((id) => met.has(id)))
}

/**
 * Where `ids`, which exist already, would depend on themselves once they have these parents or members. Asked inside the
 * transaction that writes: two edits at once could close a circle that neither of them sees.
 */
export async function circleFaults(tx: Asking, ids: string[], { parents, members }: Links): Promise<Faults> {
  const faults: Faults = {}
  const look = async (by: 'parents' | 'members', field: string, given: readonly string[] = []) => {
    const back = given.length > 0 ? await leading(tx, by, [...given], ids) : new Set<string>()
    for (const [i, id] of given.entries())
      if (ids.includes(id))
        faults[`${field}.${i}`] = ids.length === 1 ? 'is the monitor itself' : 'is one of them itself'
      else if (back.has(id))
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
