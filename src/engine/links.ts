import type { Watched } from '#engine/watched'

/** Many values for one key. */
export function manyFor<V>() {
  const sets = new Map<string, Set<V>>()
  return {
    add(key: string, value: V) {
      const set = sets.get(key)
      if (set) set.add(value)
      else sets.set(key, new Set([value]))
    },
    drop(key: string, value: V) {
      const set = sets.get(key)
      if (set?.delete(value) && set.size === 0) sets.delete(key)
    },
    of: (key: string): ReadonlySet<V> => sets.get(key) ?? new Set<V>(),
  }
}
const place = (tenant_id: string, region: string) => `${tenant_id} ${region}`

/** Which monitors have to do with which others, and with which region; kept with the roster, so that nothing is searched. */
export function createLinks() {
  const children = manyFor<number>()
  const groups = manyFor<number>()
  const regions = manyFor<number>()

  function each(watched: Watched, act: 'add' | 'drop') {
    const { number, tenant_id, parents, members, sites } = watched
    for (const parent of parents) children[act](parent, number)
    for (const member of members) groups[act](member, number)
    for (const { region } of sites) regions[act](place(tenant_id, region), number)
  }
  return {
    put: (watched: Watched) => each(watched, 'add'),
    remove: (watched: Watched) => each(watched, 'drop'),
    /** Monitors that depend on the one with this id. */
    childrenOf: (id: string) => children.of(id),
    groupsWith: (id: string) => groups.of(id),
    checkedFrom: (tenant_id: string, region: string) => regions.of(place(tenant_id, region)),
  }
}
