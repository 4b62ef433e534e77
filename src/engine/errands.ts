import type { Blind } from '#engine/blind'
import type { Presence } from '#engine/presence'
import { type AgentStats, ownerOf, type Remote } from '#engine/remote'
import type { Roster } from '#engine/roster'
import { assignmentOf, LOCAL, type Site, siteOf, type Watched } from '#engine/watched'
import { isoAt } from '#kernel/clock'
import type { App } from '#kernel/context'
import { fail } from '#kernel/fail'
import type { Assignment, Result } from '#probing/define'

type Parts = {
  app: Omit<App, 'engine'>
  roster: Roster
  presence: Presence
  blind: Blind
  /** What a prober found, oldest first; answers how soon it should look again, if it should. */
  deliver: (watched: Watched, site: Site, result: Result) => number | undefined
  /** All changes of state are written. */
  settled: () => Promise<void>
  /** A prober has delivered all that it had kept while it was cut off. */
  onCaughtUp: () => void
}
/** Somebody who waits for a look, and since when. */
type Asking = { since: number; done: (result: Result | undefined) => void }
type Batch = { clock_offset_ms?: number; results: Result[]; stats: AgentStats }
type Again = { number: number; delay_ms: number }
type Jobs = {
  revision: string
  full: boolean
  set: Assignment[]
  remove: number[]
  again: Again[]
  anchors: string[]
  server_time: string
}

const AHEAD_MS = 5_000
/** Results older than this were kept while the prober was cut off. */
const LATE_MS = 60_000
/** Results older than this are not believed: a clock is wrong. */
const OLDEST_MS = 8 * 86_400_000

const isActive = ({ enabled, passive, broken }: Watched) => enabled && !passive && broken === undefined

function instructions(remote: Remote): Again[] {
  const list = [...remote.again].map(([number, delay_ms]) => ({ number, delay_ms }))
  remote.again.clear()
  return list
}

/** What probers elsewhere have to do, and what they found. */
export function createErrands({ app, roster, presence, blind, deliver, settled, onCaughtUp }: Parts) {
  const { clock, log } = app
  const { contact, inRegion, online } = presence
  const expecting = new Map<number, Asking[]>()

  /** What the prober has to check, of these numbers or of all there are in its region. */
  function assigned(remote: Remote, numbers?: Iterable<number>): Watched[] {
    const { tenant_id, region } = remote.row
    const here = roster.checkedFrom(tenant_id, region)
    const others = online(tenant_id, region)
    return [...(numbers ?? here)].flatMap((number) => {
      const watched = here.has(number) ? roster.get(number) : undefined
      return watched && isActive(watched) && ownerOf(number, others) === remote ? [watched] : []
    })
  }
  function take(remote: Remote, result: Result): number | undefined {
    const { tenant_id, region } = remote.row
    const watched = roster.get(result.number)
    const site = watched?.tenant_id === tenant_id ? siteOf(watched, region) : undefined
    if (!watched || !site || !isActive(watched) || region === LOCAL) return undefined
    const now = clock.now()
    if (result.at > now + AHEAD_MS || result.at < now - OLDEST_MS) return undefined
    // Said before, or overtaken by what was said since; a look in the future shows that our clock was wrong then.
    const { checked_at } = site
    if (checked_at !== null && result.at <= checked_at && checked_at <= now + AHEAD_MS) return undefined
    const again = deliver(watched, site, { ...result, at: Math.min(result.at, now) })
    // What was kept from before somebody asked is no answer to them.
    for (const { since, done } of expecting.get(result.number) ?? []) if (result.at >= since - AHEAD_MS) done(result)
    return again
  }
  /** One that cannot be taken must not cost the others, nor come again for ever. */
  function tried(remote: Remote, result: Result): Again | undefined {
    const { number } = result
    try {
      const delay_ms = take(remote, result)
      return delay_ms === undefined ? undefined : { number, delay_ms }
    } catch (error) {
      log.error('A result could not be taken', { error: error as Error, monitor: roster.get(number)?.id })
    }
  }
  function caughtUp(remote: Remote) {
    if (remote.more) return
    remote.behind = false
    onCaughtUp()
  }
  /** What it says of itself. */
  function hear(remote: Remote, { stats, clock_offset_ms }: Batch) {
    const before = remote.stats?.uplink?.state
    remote.stats = stats
    remote.clock_offset_ms = clock_offset_ms ?? remote.clock_offset_ms
    const { id } = remote.row
    const { uplink } = stats
    if (uplink?.state === 'down' && before !== 'down')
      void blind.begin(id, 'uplink', 'None of its anchors answered', Math.min(uplink.since, clock.now()))
    // Also at its first word after a restart: one that was open before has ended.
    if (uplink && uplink.state !== 'down' && before !== uplink.state) void blind.end(id, 'uplink')
  }

  return {
    assigned,
    /** A monitor is to be checked otherwise, or not any more; `before`: the regions it was checked from until now. */
    touch({ number, tenant_id, sites }: Watched, before: readonly string[] = []) {
      for (const region of new Set([...before, ...sites.map((site) => site.region)]))
        if (region !== LOCAL) for (const remote of inRegion(tenant_id, region)) remote.change(number)
    },
    again(watched: Watched, region: string, delay_ms: number) {
      ownerOf(watched.number, online(watched.tenant_id, region))?.lookAgain(watched.number, delay_ms)
    },
    /** Asks every region for a look now; answers the first result, or nothing when none comes in time. */
    async check(watched: Watched): Promise<Result | undefined> {
      const { number, tenant_id, sites, job } = watched
      const owners = sites.flatMap(({ region }) => ownerOf(number, online(tenant_id, region)) ?? [])
      if (owners.length === 0) return undefined
      const one: Asking = { since: clock.now(), done: () => {} }
      expecting.set(number, [...(expecting.get(number) ?? []), one])
      const found = new Promise<Result | undefined>((done) => {
        one.done = done
      })
      const late = clock.after(job.timeout_ms + 10_000, () => one.done(undefined))
      for (const owner of owners) owner.lookAgain(number, 1)
      const result = await found
      late.cancel()
      const others = expecting.get(number)?.filter((other) => other !== one) ?? []
      if (others.length > 0) expecting.set(number, others)
      else expecting.delete(number)
      return result
    },
    /** What the prober has to do, as a difference to what it knows; waits for news. */
    async jobs(id: string, since: string | undefined, wait_ms: number, signal?: AbortSignal): Promise<Jobs> {
      const remote = contact(id)
      const known = remote.since(since)
      if (known?.length === 0 && remote.again.size === 0 && !presence.stopped()) await remote.news(wait_ms, signal)
      if (!presence.get(id)) throw fail('NOT_FOUND')
      contact(id)
      const changed = remote.since(since)
      const set = assigned(remote, changed).map(assignmentOf)
      const kept = new Set(set.map(({ number }) => number))
      return {
        revision: remote.revision(),
        full: !changed,
        set,
        remove: changed?.filter((number) => !kept.has(number)) ?? [],
        again: instructions(remote),
        anchors: remote.row.anchors,
        server_time: isoAt(clock.now()),
      }
    },
    /** What it found; results of monitors that are not its own are passed over. */
    results(id: string, batch: Batch) {
      const remote = contact(id)
      hear(remote, batch)
      const { results, stats } = batch
      const now = clock.now()
      const late = results.some(({ at }) => now - at > LATE_MS)
      // A busy prober has always something that waits; only what waits behind old results was kept while it was cut off.
      remote.more = late && stats.buffered > 0
      remote.behind ||= late
      const again = results.flatMap((result) => tried(remote, result) ?? [])
      // What the results mean is written later than they are taken: until then it is not known how it ended.
      if (remote.behind && !remote.more) presence.aside(settled().then(() => caughtUp(remote)))
      return {
        accepted: results.length,
        again: [...again, ...instructions(remote)],
        revision: remote.revision(),
        server_time: isoAt(clock.now()),
      }
    },
    /** The name of a prober that still has results of this monitor from a time when it was cut off. */
    behindOn({ number, tenant_id, sites }: Watched): string | undefined {
      let name: string | undefined
      for (const { region, health } of sites) {
        const owner = region === LOCAL ? undefined : ownerOf(number, online(tenant_id, region))
        if (owner?.behind) name ??= owner.row.name
        // Somebody who is not behind sees it down, so it is not over.
        else if (health.known === 'down') return undefined
      }
      return name
    },
  }
}
