import { and, eq, inArray } from 'drizzle-orm'
import { regions } from '#db/schema/engine'
import { LOCAL } from '#engine/watched'
import type { App } from '#kernel/context'

type Core = Omit<App, 'engine'>

/** The regions of each workspace as small numbers, which the history uses; given once and for ever. */
export function createRegionNumbers({ db }: Core) {
  const known = new Map<string, Map<string, number>>()
  const learn = (rows: (typeof regions.$inferSelect)[]) => {
    for (const { tenant_id, name, number } of rows) {
      const own = known.get(tenant_id) ?? new Map<string, number>()
      known.set(tenant_id, own.set(name, number))
    }
  }
  const numberOf = (tenant_id: string, region: string) => (region === LOCAL ? 0 : known.get(tenant_id)?.get(region))

  return {
    async load() {
      learn(await db.read.select().from(regions))
    },
    /** Gives those a number that have none. */
    async ensure(tenant_id: string, names: string[]) {
      const missing = names.filter((name) => numberOf(tenant_id, name) === undefined)
      if (missing.length === 0) return
      await db.tx(async (tx) => {
        await tx
          .insert(regions)
          .values(missing.map((name) => ({ tenant_id, name })))
          .onConflictDoNothing()
        const own = and(eq(regions.tenant_id, tenant_id), inArray(regions.name, missing))
        learn(await tx.select().from(regions).where(own))
      })
    },
    /** Of a name that `ensure` has seen; any other counts as here. */
    numberOf: (tenant_id: string, region: string): number => numberOf(tenant_id, region) ?? 0,
    all: (tenant_id: string): ReadonlyMap<string, number> => known.get(tenant_id) ?? new Map<string, number>(),
  }
}
export type RegionNumbers = ReturnType<typeof createRegionNumbers>
