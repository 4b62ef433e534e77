import { AsyncLocalStorage } from 'node:async_hooks'
import { and, eq, isNotNull, ne } from 'drizzle-orm'
import type { Decision } from '#contract/oncall'
import type { Writer } from '#db/client'
import { type Hold, incident_timeline, incidents } from '#db/schema/engine'
import type { Handed } from '#engine/announce'
import { type Child, holdOf, type Parent, type Waiting } from '#engine/hold'
import type { Incident } from '#engine/incidents'
import { manyFor } from '#engine/links'
import { raise } from '#engine/raise'
import type { Roster } from '#engine/roster'
import type { Watched } from '#engine/watched'
import { isoAt } from '#kernel/clock'
import type { App } from '#kernel/context'
import { moment } from '#kernel/words'

/** What is worked on, as far as somebody would be called for it. */
export type Maintained = { id: string; name: string }
type Parts = {
  app: Omit<App, 'engine'>
  roster: Roster
  /** Looks at a monitor soon. */
  again: (watched: Watched) => void
  /** The prober that still has old results of this monitor to deliver. */
  behindOn: (watched: Watched) => string | undefined
  /** Whether a change of this monitor is still to be written, and when there is none. */
  waits: (number: number) => boolean
  /** The maintenance window that the subject of an incident is in. */
  maintenanceOf: (about: About) => Maintained | undefined
  written: () => Promise<void>
  /** After a commit: there may be deliveries, and open screens want to know. */
  onReleased: (incident: Incident, claimed: Handed[]) => void
}

type About = Pick<Incident, 'tenant_id' | 'monitor_id' | 'heartbeat_id' | 'opened_at' | 'held'>
const RETRY_MS = 5_000
const isSame = (hold: Waiting | null, held: Hold | null) => hold?.why === held?.why && hold?.by === held?.by

/** How long the confirmation of a failure may take, and a little more; never longer than somebody would wait for a page. */
const patienceOf = ({ job: { timeout_ms }, confirm_interval_s, alert_threshold, interval }: Watched) =>
  Math.min(120_000, alert_threshold * (timeout_ms + Math.min(confirm_interval_s, interval) * 1_000) + 5_000)

const viewOf = (watched: Watched): Parent => ({
  id: watched.id,
  name: watched.name,
  // What it is behind a maintenance window: what depends on it does not work either.
  status: watched.enabled ? (watched.maintenance === null ? watched.status : watched.known) : 'paused',
  since: watched.since ?? 0,
  checked_at: watched.checked_at,
  failing: watched.known !== 'down' && watched.sites.some(({ health }) => health.bad.count > 0),
  patience_ms: patienceOf(watched),
})

const decisionOf = ({ since, why, by }: Hold, because: string, at: string): Decision => ({
  at,
  what: 'hold',
  took: false,
  message: `It was held back since ${moment(since)}. ${because}`,
  data: { why, by },
})

const sentences: Record<Waiting['why'], (name: string) => string> = {
  parent_down: (name) => `Nobody is told: ${name}, which it depends on, is down`,
  asking_parent: (name) => `First ${name}, which it depends on, is looked at`,
  catching_up: (name) => `First ${name} delivers all that it saw while it was cut off`,
  maintenance: (name) => `Nobody is told: it is in the maintenance window “${name}”`,
  asking_again: (name) => `${name} works again; this is looked at once more before anybody is told`,
}

/**
 * Incidents nobody is told about yet, because of what their monitor depends on. What they wait for is in their row; here
 * is only which monitors' news may end the wait.
 */
export function createHolds({ app, roster, again, behindOn, waits, maintenanceOf, written, onReleased }: Parts) {
  const { db, clock, log } = app
  /** By incident; `on`: the ids of the monitors and the maintenance window it waits for, its own included. */
  const waiting = new Map<string, About & { on: Set<string> }>()
  const byMonitor = manyFor<string>()
  /** Whatever is started by a look must not run inside the transaction in which it was asked for. */
  const outside = AsyncLocalStorage.snapshot()
  let stopped = false

  /** Whether this parent in the end depends on the child itself: two that wait for each other would both be silent. */
  function circular(parent: Watched, child: string): boolean {
    const seen = new Set<string>()
    for (const way = [...parent.parents]; way.length > 0; ) {
      const id = way.pop()!
      if (id === child) return true
      if (seen.has(id)) continue
      seen.add(id)
      way.push(...(roster.find(id)?.parents ?? []))
    }
    return false
  }
  function judge(incident: About): Waiting | null {
    const { held } = incident
    const window = maintenanceOf(incident)
    const since = held?.why === 'maintenance' && held.by === window?.id ? held.since : isoAt(clock.now())
    if (window) return { why: 'maintenance', by: window.id, name: window.name, since }
    const child = incident.monitor_id ? roster.find(incident.monitor_id) : undefined
    if (!child) return null
    const name = behindOn(child)
    if (name !== undefined) return { why: 'catching_up', by: '', name, since: isoAt(clock.now()) }
    if (child.parents.length === 0) return null
    const about: Child = {
      down_since: Date.parse(incident.opened_at),
      checked_at: child.checked_at,
      patience_ms: patienceOf(child),
    }
    const parents = child.parents.flatMap((id) => {
      const parent = roster.find(id)
      const counts = parent && parent.tenant_id === child.tenant_id && !circular(parent, child.id)
      return counts ? [viewOf(parent)] : []
    })
    return holdOf(about, parents, incident.held, clock.now())
  }
  function forget(id: string) {
    for (const monitor of waiting.get(id)?.on ?? []) byMonitor.drop(monitor, id)
    waiting.delete(id)
  }
  function remember(
    { id, tenant_id, monitor_id, heartbeat_id, opened_at }: Pick<Incident, 'id'> & Omit<About, 'held'>,
    held: Hold,
  ) {
    const child = monitor_id === null ? undefined : roster.find(monitor_id)
    forget(id)
    const window = held.why === 'maintenance' ? [held.by] : []
    const on = new Set([...(monitor_id === null ? [] : [monitor_id]), ...(child?.parents ?? []), ...window])
    waiting.set(id, { tenant_id, monitor_id, heartbeat_id, opened_at, held, on })
    for (const monitor of on) byMonitor.add(monitor, id)
    const asked = held.why === 'asking_parent' ? roster.find(held.by) : held.why === 'asking_again' ? child : undefined
    if (!asked) return
    outside(() => again(asked))
    clock.after(patienceOf(asked) + 1_000, () => reconsider(id))
  }
  const note = (tx: Writer, incident_id: string, kind: 'suppressed' | 'released', message: string, hold?: Hold) =>
    tx.insert(incident_timeline).values({
      incident_id,
      kind,
      message,
      data: hold ? { monitor_id: hold.by, why: hold.why } : null,
      at: isoAt(clock.now()),
    })

  const working = new Map<string, Promise<void>>()
  /** Something has changed while it was looked at. */
  const missed = new Set<string>()
  /** Looks again at whether people should hear of it; costs a transaction only where something is different. */
  function reconsider(id: string) {
    const known = waiting.get(id)
    if (stopped || !known) return
    if (working.has(id)) return void missed.add(id)
    const child = known.monitor_id === null ? undefined : roster.find(known.monitor_id)
    const is_down = known.monitor_id === null || (child?.enabled && child.known === 'down')
    if (is_down && isSame(judge(known), known.held)) return
    const work = outside(() => decide(id)).finally(() => {
      working.delete(id)
      if (missed.delete(id)) reconsider(id)
    })
    working.set(id, work)
  }
  const later = (id: string, ms: number) => void clock.after(ms, () => reconsider(id))

  /** In a transaction: waits for something else from now on, or for nothing any more. */
  async function change(tx: Writer, row: Incident & { held: Hold }, hold: Waiting | null) {
    const { id } = row
    const at = isoAt(clock.now())
    const open = row.status === 'open'
    // Somebody has seen it already, so nobody needs to be woken, nor told later that it is over.
    const held = hold ?? (open ? null : { why: 'over' as const, by: '', name: '', since: at })
    // The first reminder counts from the alarm.
    const set = { held, updated_at: at, ...(!hold && { reminded_at: at }) }
    const [changed] = await tx.update(incidents).set(set).where(eq(incidents.id, id)).returning()
    if (!changed) return undefined
    if (hold) {
      await note(tx, id, 'suppressed', sentences[hold.why](hold.name), hold)
      remember(changed, hold)
      return undefined
    }
    forget(id)
    const { why, name } = row.held
    const because =
      why === 'catching_up'
        ? 'All of it has arrived'
        : why === 'maintenance'
          ? `The maintenance window “${name}” is over`
          : `This is no consequence of ${name}`
    await note(tx, id, 'released', `${because}: ${open ? 'people are told' : 'somebody has seen it already'}`)
    return {
      changed,
      claimed: open ? await raise(app, tx, changed, { at, chain: [decisionOf(row.held, because, at)] }) : [],
    }
  }
  async function decide(id: string): Promise<void> {
    try {
      const done = await db.tx(async (tx) => {
        const [row] = await tx.select().from(incidents).where(eq(incidents.id, id))
        if (!row?.held || row.held.why === 'over' || row.status === 'resolved') return void forget(id)
        const child = row.monitor_id === null ? undefined : roster.find(row.monitor_id)
        // Deleted in the meantime: whoever follows that ends the incident.
        if (!child && row.monitor_id !== null) return void forget(id)
        // It may be over already, and only the row does not know yet.
        if (child && waits(child.number)) return 'unwritten'
        const hold = judge(row)
        return isSame(hold, row.held) ? undefined : change(tx, { ...row, held: row.held }, hold)
      })
      if (done === 'unwritten') await written().then(() => later(id, 1))
      else if (done) onReleased(done.changed, done.claimed)
    } catch (error) {
      log.error('Whether to tell of an incident could not be decided yet', { error: error as Error, incident: id })
      later(id, RETRY_MS)
    }
  }

  return {
    /** In the transaction that would announce a new incident: whether it has to wait. */
    async take(tx: Writer, incident: Incident): Promise<boolean> {
      const hold = judge(incident)
      if (!hold) return false
      await tx.update(incidents).set({ held: hold }).where(eq(incidents.id, incident.id))
      await note(tx, incident.id, 'suppressed', sentences[hold.why](hold.name), hold)
      remember(incident, hold)
      return true
    },
    /** A monitor was looked at, or changed: what waits for it is looked at again. */
    touch(id: string) {
      for (const incident of [...byMonitor.of(id)]) reconsider(incident)
    },
    /** Something that is not one monitor has changed. */
    touchAll() {
      for (const incident of [...waiting.keys()]) reconsider(incident)
    },
    settled: () => Promise.all(working.values()).then(() => {}),
    stop() {
      stopped = true
    },
    /** What waited when the appliance ended. */
    async load() {
      const rows = await db.read
        .select()
        .from(incidents)
        .where(and(isNotNull(incidents.held), ne(incidents.status, 'resolved')))
      for (const row of rows) {
        if (!row.held || row.held.why === 'over') continue
        remember(row, row.held)
        reconsider(row.id)
      }
    },
  }
}
export type Holds = ReturnType<typeof createHolds>
