import { and, eq, type SQL } from 'drizzle-orm'
import type { MonitorStatus } from '#contract/statuses'
import { monitors } from '#db/schema/monitors'
import { createLinks } from '#engine/links'
import { createRegionNumbers } from '#engine/region-numbers'
import { inherit, watchedOf } from '#engine/roster-entry'
import { type Row, read, slices } from '#engine/roster-rows'
import { LOCAL, type Watched } from '#engine/watched'
import type { App } from '#kernel/context'

type Core = Omit<App, 'engine'>
export type Counts = Record<MonitorStatus, number>

const noCounts = (): Counts => ({ pending: 0, up: 0, degraded: 0, down: 0, paused: 0, maintenance: 0, unknown: 0 })

/** All monitors with their current state, in memory: no check and no list needs a query for it. */
export function createRoster(app: Core, onStatus: (watched: Watched) => void = () => {}) {
  const numbers = createRegionNumbers(app)
  const links = createLinks()
  const byNumber = new Map<number, Watched>()
  const byId = new Map<string, Watched>()
  const tenants = new Map<string, Counts>()

  function count(tenant_id: string, status: MonitorStatus, by: 1 | -1) {
    const counts = tenants.get(tenant_id) ?? noCounts()
    counts[status] += by
    tenants.set(tenant_id, counts)
  }
  function remove(id: string): Watched | undefined {
    const known = byId.get(id)
    if (!known) return undefined
    byId.delete(id)
    byNumber.delete(known.number)
    links.remove(known)
    count(known.tenant_id, known.status, -1)
    return known
  }
  function put(watched: Watched) {
    remove(watched.id)
    byNumber.set(watched.number, watched)
    byId.set(watched.id, watched)
    links.put(watched)
    count(watched.tenant_id, watched.status, 1)
  }

  async function admit(row: Row): Promise<Watched> {
    await numbers.ensure(
      row.tenant_id,
      row.regions.filter((name) => name !== LOCAL),
    )
    const fresh = watchedOf(row, app, numbers)
    const known = byId.get(row.id)
    if (known?.enabled && fresh.enabled) inherit(fresh, known)
    put(fresh)
    return fresh
  }

  return {
    get: (number: number) => byNumber.get(number),
    find: (id: string) => byId.get(id),
    all: () => byNumber.values(),
    size: () => byNumber.size,
    remove,
    setStatus(watched: Watched, status: MonitorStatus, since: number) {
      if (watched.status !== status) {
        count(watched.tenant_id, watched.status, -1)
        count(watched.tenant_id, status, 1)
        watched.status = status
        watched.since = since
        onStatus(watched)
      }
    },
    counts: (tenant_id: string): Counts => ({ ...noCounts(), ...tenants.get(tenant_id) }),
    regions: numbers,
    childrenOf: links.childrenOf,
    groupsWith: links.groupsWith,
    checkedFrom: links.checkedFrom,
    /** Everything, in slices, so that the API answers meanwhile. */
    async load() {
      await numbers.load()
      for await (const rows of slices(app.db, undefined)) for (const row of rows) await admit(row)
    },
    /** One monitor as it is stored now. */
    async reload(id: string): Promise<Watched | undefined> {
      const [row] = await read(app.db, eq(monitors.id, id), 1)
      return row && (await admit(row))
    },
    /** Many of one workspace as they are stored now; answers those that exist. */
    async reloadMany(tenant_id: string, which: SQL): Promise<Watched[]> {
      const found: Watched[] = []
      for await (const rows of slices(app.db, and(eq(monitors.tenant_id, tenant_id), which)))
        for (const row of rows) found.push(await admit(row))
      return found
    },
  }
}
export type Roster = ReturnType<typeof createRoster>
