import { and, eq, isNull, sql } from 'drizzle-orm'
import { blind_periods, incidents } from '#db/schema/engine'
import { probers } from '#db/schema/probers'
import type { Blind } from '#engine/blind'
import { closeFor, openFor } from '#engine/incidents'
import { type AgentStats, createRemote, ownerOf, type Remote } from '#engine/remote'
import type { Roster } from '#engine/roster'
import { assignmentOf, LOCAL, type Site, siteOf, type Watched } from '#engine/watched'
import { isoAt } from '#kernel/clock'
import type { App } from '#kernel/context'
import { fail } from '#kernel/fail'
import type { Assignment, Result } from '#probing/define'

type Parts = {
  app: Omit<App, 'engine'>
  roster: Roster
  blind: Blind
  /** What a prober found, oldest first; answers how soon it should look again, if it should. */
  deliver: (watched: Watched, site: Site, result: Result) => number | undefined
  /** Nobody looks from this region any more. */
  lose: (watched: Watched, site: Site, message: string) => void
  /** An incident was opened or closed. */
  onIncident: () => void
  /** All changes of state are written. */
  settled: () => Promise<void>
  /** A prober has delivered all that it had kept while it was cut off. */
  onCaughtUp: () => void
}
const keyOf = (prober_id: string) => `prober:${prober_id}`
/** Somebody who waits for a look, and since when. */
type Asking = { since: number; done: (result: Result | undefined) => void }
export type Batch = { clock_offset_ms?: number; results: Result[]; stats: AgentStats }
export type Again = { number: number; delay_ms: number }
export type Jobs = {
  revision: string
  full: boolean
  set: Assignment[]
  remove: number[]
  again: Again[]
  anchors: string[]
  server_time: string
}

/** A prober that was not heard for so long is offline. */
const OFFLINE_MS = 30_000
const LOOK_MS = 5_000
const AHEAD_MS = 5_000
/** Results older than this were kept while the prober was cut off. */
const LATE_MS = 60_000
/** Results older than this are not believed: a clock is wrong. */
const OLDEST_MS = 8 * 86_400_000

/** Probers elsewhere: who does what, what they found, and whether they are there. */
export function createProbers({ app, roster, blind, deliver, lose, settled, onIncident, onCaughtUp }: Parts) {
  const { clock, db, log } = app
  const boot = Bun.randomUUIDv7().slice(-12)
  const byId = new Map<string, Remote>()
  const expecting = new Map<number, Asking[]>()
  let stopped = true

  const inRegion = (tenant_id: string, region: string) =>
    [...byId.values()].filter(({ row }) => row.tenant_id === tenant_id && row.region === region)
  const online = (tenant_id: string, region: string) =>
    inRegion(tenant_id, region).filter(({ state }) => state === 'online')
  const titleOf = ({ row }: Remote) => `Prober ${row.name} (${row.region}) is offline`

  function* monitorsOf({ tenant_id, region }: Remote['row']): Generator<[Watched, Site]> {
    for (const number of roster.checkedFrom(tenant_id, region)) {
      const watched = roster.get(number)
      const site = watched && siteOf(watched, region)
      if (watched && site) yield [watched, site]
    }
  }
  const isActive = ({ enabled, passive, broken }: Watched) => enabled && !passive && broken === undefined
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
  const renew = ({ tenant_id, region }: Remote['row']) => {
    for (const remote of inRegion(tenant_id, region)) remote.renew()
  }

  /** One that checked from there does so no longer; others share its monitors, or nobody sees them. */
  function leave(row: Remote['row'], why: string) {
    renew(row)
    if (online(row.tenant_id, row.region).length > 0) return
    for (const [watched, site] of monitorsOf(row)) lose(watched, site, why)
  }

  async function gone(remote: Remote) {
    const { id, tenant_id, name } = remote.row
    remote.state = 'offline'
    leave(remote.row, `The prober ${name} is offline`)
    const message = `Nothing was heard of it since ${isoAt(remote.contact_at)}`
    await db.tx((tx) =>
      openFor(tx, {
        tenant_id,
        dedup_key: keyOf(id),
        source_type: 'prober',
        title: titleOf(remote),
        severity: 'high',
        message,
        opened_at: isoAt(remote.contact_at),
        at: isoAt(clock.now()),
      }),
    )
    onIncident()
    await blind.begin(id, 'offline', message, remote.contact_at)
    // What waited for the rest of its results would wait as long as it is away.
    onCaughtUp()
  }
  async function back(remote: Remote) {
    const { id, tenant_id, name } = remote.row
    const was = remote.state
    remote.state = 'online'
    renew(remote.row)
    if (was !== 'offline') return
    const at = isoAt(clock.now())
    await db.tx((tx) => closeFor(tx, { tenant_id, dedup_key: keyOf(id), message: `${name} is back`, at }))
    onIncident()
    await blind.end(id, 'offline')
  }
  const working = new Set<Promise<unknown>>()
  function aside(work: Promise<unknown>) {
    const done = work
      .catch((error) => log.error('A change of a prober could not be recorded', { error: error as Error }))
      .finally(() => working.delete(done))
    working.add(done)
  }

  let looked_at = clock.monotonic()
  function look() {
    if (stopped) return
    const now = clock.monotonic()
    // Whoever looks so late did not run meanwhile, and could hear nobody.
    const deaf = now - looked_at > 2 * LOOK_MS
    looked_at = now
    for (const remote of byId.values()) {
      if (deaf) remote.heard_at = now
      if (remote.state === 'online' && now - remote.heard_at > OFFLINE_MS) aside(gone(remote))
    }
    clock.after(LOOK_MS, look)
  }
  function contact(id: string): Remote {
    const remote = byId.get(id)
    if (!remote) throw fail('NOT_FOUND')
    remote.contact_at = clock.now()
    remote.heard_at = clock.monotonic()
    if (remote.state !== 'online') aside(back(remote))
    return remote
  }

  /** The probers of a workspace as they are stored now. */
  async function reload(tenant_id?: string) {
    const rows = await db.read
      .select()
      .from(probers)
      .where(tenant_id === undefined ? undefined : eq(probers.tenant_id, tenant_id))
    const stored = new Map(rows.map((row) => [row.id, row]))
    for (const [id, { row, wake }] of byId) {
      if (stored.has(id) || (tenant_id !== undefined && row.tenant_id !== tenant_id)) continue
      byId.delete(id)
      wake()
      leave(row, `The prober ${row.name} was deleted`)
      const over = { tenant_id: row.tenant_id, dedup_key: keyOf(id), message: `${row.name} was deleted` }
      await db.tx((tx) => closeFor(tx, { ...over, at: isoAt(clock.now()) }))
      onIncident()
    }
    for (const row of rows) {
      const known = byId.get(row.id)
      const before = known?.row
      if (known) known.row = row
      else byId.set(row.id, createRemote(row, clock, boot))
      const moved = before !== undefined && before.region !== row.region
      if (before && moved) leave(before, `The prober ${row.name} has left`)
      // A new name or new anchors give nobody other work; who waits for news hears of the anchors.
      if (!before || moved) renew(row)
      else if (before.anchors.join() !== row.anchors.join()) known?.wake()
    }
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
  function instructions(remote: Remote): Again[] {
    const list = [...remote.again].map(([number, delay_ms]) => ({ number, delay_ms }))
    remote.again.clear()
    return list
  }

  /** Those whose end was not seen before the restart: whoever comes back ends it. */
  async function stillGone() {
    const open = await db.read
      .select({ dedup_key: incidents.dedup_key })
      .from(incidents)
      .where(and(sql`${incidents.status} <> 'resolved'`, eq(incidents.source_type, 'prober')))
    const unseen = await db.read
      .select({ id: blind_periods.prober_id })
      .from(blind_periods)
      .where(and(isNull(blind_periods.until), eq(blind_periods.cause, 'offline')))
    const keys = new Set([...open.map(({ dedup_key }) => dedup_key), ...unseen.map(({ id }) => keyOf(id ?? ''))])
    const away = [...byId.values()].filter(({ state, row }) => state === 'online' && keys.has(keyOf(row.id)))
    for (const remote of away) remote.state = 'offline'
    for (const { row } of away) leave(row, `The prober ${row.name} is offline`)
  }

  return {
    async start() {
      await reload()
      await stillGone()
      stopped = false
      looked_at = clock.monotonic()
      clock.after(LOOK_MS, look)
    },
    stop() {
      stopped = true
      for (const { wake } of byId.values()) wake()
    },
    settled: () => Promise.all(working).then(() => {}),
    /** Everything that results have changed until now is committed. */
    written: settled,
    reload,
    contact: (id: string) => void contact(id),
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
      if (known?.length === 0 && remote.again.size === 0 && !stopped) await remote.news(wait_ms, signal)
      if (!byId.has(id)) throw fail('NOT_FOUND')
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
    results(id: string, { results, stats, clock_offset_ms }: Batch) {
      const remote = contact(id)
      const before = remote.stats?.uplink?.state
      remote.stats = stats
      remote.clock_offset_ms = clock_offset_ms ?? remote.clock_offset_ms
      const { uplink } = stats
      if (uplink?.state === 'down' && before !== 'down')
        void blind.begin(id, 'uplink', 'None of its anchors answered', Math.min(uplink.since, clock.now()))
      // Also at its first word after a restart: one that was open before has ended.
      if (uplink && uplink.state !== 'down' && before !== uplink.state) void blind.end(id, 'uplink')
      const again: Again[] = []
      const now = clock.now()
      const late = results.some(({ at }) => now - at > LATE_MS)
      // A busy prober has always something that waits; only what waits behind old results was kept while it was cut off.
      remote.more = late && stats.buffered > 0
      remote.behind ||= late
      for (const result of results) {
        try {
          const delay_ms = take(remote, result)
          if (delay_ms !== undefined) again.push({ number: result.number, delay_ms })
        } catch (error) {
          // One that cannot be taken must not cost the others, nor come again for ever.
          log.error('A result could not be taken', { error: error as Error, monitor: roster.get(result.number)?.id })
        }
      }
      // What the results mean is written later than they are taken: until then it is not known how it ended.
      if (remote.behind && !remote.more)
        aside(
          settled().then(() => {
            if (remote.more) return
            remote.behind = false
            onCaughtUp()
          }),
        )
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
    /** What is known of it at this moment. */
    status(id: string) {
      const remote = byId.get(id)
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
      const now = clock.now()
      for (const { row } of byId.values())
        for (const [watched, site] of monitorsOf(row))
          if (!site.lost && site.checked_at !== null && Math.abs(now - site.checked_at) > fresh(watched))
            lose(watched, site, `The prober ${row.name} has not looked since ${isoAt(site.checked_at)}`)
    },
  }
}
export type Probers = ReturnType<typeof createProbers>
