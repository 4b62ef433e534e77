import { createErrands } from '#engine/errands'
import { createPresence } from '#engine/presence'
import type { Remote } from '#engine/remote'
import { type Site, siteOf, type Watched } from '#engine/watched'
import { isoAt } from '#kernel/clock'

type Parts = Omit<Parameters<typeof createErrands>[0], 'presence'> &
  Pick<Parameters<typeof createPresence>[0], 'onIncident'> & {
    /** Nobody looks from this region any more. */
    lose: (watched: Watched, site: Site, message: string) => void
  }

/** Probers elsewhere: who does what, what they found, and whether they are there. */
export function createProbers({ lose, onIncident, ...parts }: Parts) {
  const { app, roster, blind, settled, onCaughtUp } = parts
  function* monitorsOf({ tenant_id, region }: Remote['row']): Generator<[Watched, Site]> {
    for (const number of roster.checkedFrom(tenant_id, region)) {
      const watched = roster.get(number)
      const site = watched && siteOf(watched, region)
      if (watched && site) yield [watched, site]
    }
  }
  const presence = createPresence({
    app,
    blind,
    onIncident,
    onDeserted(row, why) {
      for (const [watched, site] of monitorsOf(row)) lose(watched, site, why)
    },
    // What waited for the rest of its results would wait as long as it is away.
    onGone: onCaughtUp,
  })
  const { assigned, ...errands } = createErrands({ ...parts, presence })

  return {
    ...errands,
    start: presence.start,
    stop: presence.stop,
    settled: presence.settled,
    /** Everything that results have changed until now is committed. */
    written: settled,
    reload: presence.reload,
    contact: (id: string) => void presence.contact(id),
    /** What is known of it at this moment. */
    status(id: string) {
      const remote = presence.get(id)
      if (!remote) return undefined
      const { state, contact_at, stats, clock_offset_ms } = remote
      return {
        status: state,
        contact_at: state === 'waiting' ? null : isoAt(contact_at),
        monitors: state === 'online' ? assigned(remote).length : 0,
        clock_offset_ms,
        lag_ms: stats?.lag_ms ?? null,
        buffered: stats?.buffered ?? null,
        uplink: stats?.uplink ?? null,
        blind: state === 'offline' || stats?.uplink?.state === 'down',
      }
    },
    /** Votes that have become too old, although their prober is there. */
    stale(fresh: (watched: Watched) => number) {
      const now = app.clock.now()
      for (const { row } of presence.all())
        for (const [watched, site] of monitorsOf(row))
          if (!site.lost && site.checked_at !== null && Math.abs(now - site.checked_at) > fresh(watched))
            lose(watched, site, `The prober ${row.name} has not looked since ${isoAt(site.checked_at)}`)
    },
  }
}
export type Probers = ReturnType<typeof createProbers>
