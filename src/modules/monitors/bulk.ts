import { eq, inArray, sql } from 'drizzle-orm'
import { monitor_states as states } from '#db/schema/engine'
import { monitors } from '#db/schema/monitors'
import { change } from '#kernel/change'
import type { Ctx, Tx } from '#kernel/context'
import { fail, invalid } from '#kernel/fail'
import { faultsOf, lineFault } from '#kernel/faults'
import { type Monitor, quorumFault, timeoutOf } from './draft'
import { circleFaults, linkFaults, unlink } from './links'
import { type Bulk, BulkFilter, BulkSet } from './schema'
import { matching, own } from './view'

/** Monitors that one request with a filter changes at most. */
const MOST = 10_000
/** Tags of one monitor at most, as its schema says. */
const MOST_TAGS = 20
/** Worked on in one go before the loop gets a turn. */
const AT_ONCE = 500

type Faults = Record<string, string>
type Chosen = { number: number; id: string }
/** The columns that get another value, of one monitor; columns are named in `columns` of its action. */
type Edited = Partial<Monitor>

const turn = () => new Promise<void>((next) => setImmediate(next))
const listed = (values: unknown[]) => sql`(select value from json_each(${JSON.stringify(values)}))`
const requireNone = (faults: Faults) => {
  if (Object.keys(faults).length > 0) throw invalid(faults)
}

function requireSense({ action, ids, filter, tag, set }: Bulk) {
  const faults: Faults = {}
  if ((ids === undefined) === (filter === undefined)) faults.ids = 'name either ids or a filter'
  if (filter !== undefined) Object.assign(faults, faultsOf(BulkFilter, filter, 'filter'))
  if (action === 'tag' || action === 'untag') {
    const fault = lineFault(tag?.trim() ?? '')
    if (fault) faults.tag = fault
  }
  if (action !== 'edit' && set !== undefined) faults.set = 'is only for edit'
  if (action === 'edit') {
    if (set === undefined || Object.keys(set).length === 0) faults.set = 'must name something to change'
    else Object.assign(faults, faultsOf(BulkSet, set, 'set'))
  }
  requireNone(faults)
}

/** The monitors that are meant; one that is not there refuses the request. */
async function choose(ctx: Ctx, { ids, filter = {} }: Bulk): Promise<Chosen[]> {
  const where = ids ? sql`${own(ctx)} and ${inArray(monitors.id, listed(ids))}` : matching(ctx, filter)
  const chosen = await ctx.db
    .select({ number: monitors.number, id: monitors.id })
    .from(monitors)
    .leftJoin(states, eq(states.monitor, monitors.number))
    .where(where)
    .orderBy(monitors.number)
    .limit(MOST + 1)
  if (chosen.length > MOST) throw invalid({ filter: `matches more than ${MOST} monitors` })
  const known = new Set(chosen.map(({ id }) => id))
  const missing = ids?.filter((id) => !known.has(id)) ?? []
  if (missing.length > 0) throw fail('NOT_FOUND', { details: { ids: missing } })
  return chosen
}

/** What an edit makes of one monitor; what does not fit it goes to `faults`. */
function edited(set: BulkSet, monitor: Monitor, faults: Faults): Edited {
  const { interval, timeout_ms, regions, region_quorum, parents, ...same } = set
  const wrong: Record<string, string | undefined> = {}
  const timed = interval !== undefined || timeout_ms !== undefined
  const next: Edited = {
    ...same,
    ...(interval !== undefined && { interval }),
    ...(timed && { timeout_ms: timeoutOf(set, monitor, wrong) }),
    ...(regions && { regions: [...new Set(regions)] }),
    ...(region_quorum !== undefined && { region_quorum: String(region_quorum) }),
    ...(parents && { parents: [...new Set(parents)] }),
  }
  if (regions || region_quorum !== undefined)
    wrong.region_quorum = quorumFault(next.region_quorum ?? monitor.region_quorum, next.regions ?? monitor.regions)
  for (const [field, why] of Object.entries(wrong)) if (why) faults[`set.${field}`] ??= `${why}: ${monitor.name}`
  return next
}

/** What the action makes of one monitor. */
function turnOf({ action, tag: given, set = {} }: Bulk, faults: Faults): (monitor: Monitor) => Edited {
  const tag = given?.trim() ?? ''
  const turns: Record<Bulk['action'], (monitor: Monitor) => Edited> = {
    pause: () => ({ enabled: false }),
    resume: () => ({ enabled: true }),
    tag: ({ tags }) => (tags.includes(tag) || tags.length >= MOST_TAGS ? {} : { tags: [...tags, tag] }),
    untag: ({ tags }) => ({ tags: tags.filter((one) => one !== tag) }),
    edit: (monitor) => edited(set, monitor, faults),
    delete: () => ({}),
  }
  return turns[action]
}

const stored = (value: unknown) =>
  typeof value === 'boolean'
    ? Number(value)
    : typeof value === 'object' && value !== null
      ? JSON.stringify(value)
      : value

/** Writes the same columns of many rows, each its own values, in one statement. */
async function write(tx: Tx, changed: (Edited & { number: number })[]) {
  const columns = Object.keys(changed[0] ?? {}).filter((name) => name !== 'number') as (keyof Edited)[]
  const rows = changed.map((one) => [one.number, ...columns.map((name) => stored(one[name]))])
  const sets = columns.map((name, i) => sql.raw(`"${name}" = e.value ->> ${i + 1}`))
  await tx.db.run(sql`update monitors set ${sql.join(sets, sql`, `)}, updated_at = ${Date.parse(tx.at)}
    from json_each(${JSON.stringify(rows)}) e where monitors.number = e.value ->> 0`)
}

/** Answers the ids of those that are not as they were. */
async function apply(tx: Tx, body: Bulk, chosen: Chosen[]): Promise<string[]> {
  const faults: Faults = {}
  const turnInto = turnOf(body, faults)
  const ids: string[] = []
  for (let from = 0; from < chosen.length; from += AT_ONCE) {
    const numbers = chosen.slice(from, from + AT_ONCE).map(({ number }) => number)
    const among = sql`${own(tx)} and ${inArray(monitors.number, listed(numbers))}`
    const rows = await tx.db.select().from(monitors).where(among).orderBy(monitors.number)
    const changed = rows.flatMap((row) => {
      const next = turnInto(row)
      const same = Object.entries(next).every(([name, value]) => Bun.deepEquals(row[name as keyof Monitor], value))
      return same ? [] : [{ ...next, number: row.number, id: row.id }]
    })
    requireNone(faults)
    ids.push(...changed.map(({ id }) => id))
    if (changed.length > 0)
      await write(
        tx,
        changed.map(({ id: _, ...one }) => one),
      )
    await turn()
  }
  return ids
}

async function removeAll(tx: Tx, chosen: Chosen[]): Promise<string[]> {
  const ids: string[] = []
  for (let from = 0; from < chosen.length; from += AT_ONCE) {
    const numbers = chosen.slice(from, from + AT_ONCE).map(({ number }) => number)
    const among = sql`${own(tx)} and ${inArray(monitors.number, listed(numbers))}`
    ids.push(...(await tx.db.delete(monitors).where(among).returning({ id: monitors.id })).map(({ id }) => id))
    await turn()
  }
  return ids
}

async function requirePlaces(tx: Tx, { set = {} }: Bulk, chosen: Chosen[]) {
  const links = { regions: set.regions, parents: set.parents }
  const ids = chosen.map(({ id }) => id)
  const [missing] = await linkFaults(tx, [links])
  const faults = { ...missing, ...(await circleFaults(tx, ids, links)) }
  requireNone(Object.fromEntries(Object.entries(faults).map(([field, why]) => [`set.${field}`, why])))
}

/** Nothing is written or recorded where nothing changes. */
class Unchanged extends Error {}

/**
 * One action on many monitors, all or none; answers how many it changed. One entry in the audit log and one event for
 * all of them.
 */
export async function bulk(ctx: Ctx, body: Bulk): Promise<{ changed: number }> {
  requireSense(body)
  const chosen = await choose(ctx, body)
  const { action, filter, set } = body
  const tag = body.tag?.trim()
  const work = async (tx: Tx) => {
    if (action === 'edit') await requirePlaces(tx, body, chosen)
    const ids = action === 'delete' ? await removeAll(tx, chosen) : await apply(tx, body, chosen)
    if (ids.length === 0) throw new Unchanged()
    const unlinked = action === 'delete' ? await unlink(tx, ids) : []
    return { id: Bun.randomUUIDv7(), action, tag, filter, set, ids, unlinked }
  }
  const tell = ({ ids, unlinked }: Awaited<ReturnType<typeof work>>) => ({ ids: [...unlinked, ...ids] })
  try {
    const { ids } = await change(ctx, 'monitors.changed', work, tell)
    return { changed: ids.length }
  } catch (error) {
    if (error instanceof Unchanged) return { changed: 0 }
    throw error
  }
}
