import { and, eq, isNotNull, ne } from 'drizzle-orm'
import type { Writer } from '#db/client'
import { type Hold, incident_timeline, incidents } from '#db/schema/engine'
import { announce, type Handed } from '#engine/announce'
import { type Child, holdOf, type Parent, type Waiting } from '#engine/hold'
import type { Incident } from '#engine/incidents'
import type { Roster } from '#engine/roster'
import type { Watched } from '#engine/watched'
import { isoAt } from '#kernel/clock'
import type { App } from '#kernel/context'

type Parts = {
  app: Omit<App, 'engine'>
  roster: Roster
  /** Looks at a monitor soon. */
  again: (watched: Watched) => void
  /** The prober that still has old results of this monitor to deliver. */
  behindOn: (watched: Watched) => string | undefined
  /** After a commit: there may be deliveries, and open screens want to know. */
  onReleased: (incident: Incident, claimed: Handed[]) => void
}

/** How long the confirmation of a failure may take, and a little more; never longer than somebody would wait for a page. */
const patienceOf = ({ job: { timeout_ms }, confirm_interval_s, alert_threshold, interval }: Watched) =>
  Math.min(120_000, alert_threshold * (timeout_ms + Math.min(confirm_interval_s, interval) * 1_000) + 5_000)

const viewOf = (watched: Watched): Parent => ({
  id: watched.id,
  name: watched.name,
  status: watched.enabled ? watched.status : 'paused',
  since: watched.since ?? 0,
  checked_at: watched.checked_at,
  failing: watched.known !== 'down' && watched.sites.some(({ health }) => health.bad.count > 0),
  patience_ms: patienceOf(watched),
})

const sentences: Record<Waiting['why'], (name: string) => string> = {
  parent_down: (name) => `Nobody is told: ${name}, which it depends on, is down`,
  asking_parent: (name) => `First ${name}, which it depends on, is looked at`,
  catching_up: (name) => `First ${name} delivers all that it saw while it was cut off`,
  asking_again: (name) => `${name} works again; this is looked at once more before anybody is told`,
}

/**
 * Incidents nobody is told about yet, because of what their monitor depends on. What they wait for is in their row; here
 * is only which monitors' news may end the wait.
 */
export function createHolds({ app, roster, again, behindOn, onReleased }: Parts) {
  const { db, clock, log } = app
  /** Incident → the ids of the monitors it waits for, itself included. */
  const waiting = new Map<string, { monitor_id: string; on: Set<string> }>()

  function judge(incident: Pick<Incident, 'monitor_id' | 'opened_at' | 'held'>): Waiting | null {
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
      return parent && parent.tenant_id === child.tenant_id ? [viewOf(parent)] : []
    })
    return holdOf(about, parents, incident.held, clock.now())
  }
  function remember({ id, monitor_id }: Pick<Incident, 'id' | 'monitor_id'>, hold: Hold) {
    if (!monitor_id) return
    const child = roster.find(monitor_id)
    waiting.set(id, { monitor_id, on: new Set([monitor_id, ...(child?.parents ?? [])]) })
    const asked = hold.why === 'asking_parent' ? roster.find(hold.by) : hold.why === 'asking_again' ? child : undefined
    if (!asked) return
    again(asked)
    clock.after(patienceOf(asked) + 1_000, () => void reconsider(id))
  }
  const note = (tx: Writer, incident_id: string, kind: 'suppressed' | 'released', message: string, hold?: Hold) =>
    tx.insert(incident_timeline).values({
      incident_id,
      kind,
      message,
      data: hold ? { monitor_id: hold.by, why: hold.why } : null,
      at: isoAt(clock.now()),
    })

  const working = new Set<Promise<void>>()
  /** Looks again at whether people should hear of it. */
  function reconsider(id: string): Promise<void> {
    const work = decide(id)
    working.add(work)
    return work.finally(() => working.delete(work))
  }
  async function decide(id: string): Promise<void> {
    try {
      const released = await db.tx(async (tx) => {
        const [row] = await tx.select().from(incidents).where(eq(incidents.id, id))
        if (!row?.held || row.status === 'resolved') return void waiting.delete(id)
        const hold = judge(row)
        if (hold?.why === row.held.why && hold.by === row.held.by) return undefined
        const at = isoAt(clock.now())
        const [changed] = await tx
          .update(incidents)
          .set({ held: hold, updated_at: at })
          .where(eq(incidents.id, id))
          .returning()
        if (!changed) return undefined
        if (hold) {
          await note(tx, id, 'suppressed', sentences[hold.why](hold.name), hold)
          remember(changed, hold)
          return undefined
        }
        waiting.delete(id)
        const { why, name } = row.held
        const because = why === 'catching_up' ? 'All of it has arrived' : `This is no consequence of ${name}`
        await note(tx, id, 'released', `${because}: people are told`)
        // Somebody has seen it already, so nobody needs to be woken.
        const open = row.status === 'open'
        const claimed = open ? await announce(app, tx, { event: 'incident.created', incident: changed, at }) : []
        return { changed, claimed }
      })
      if (released) onReleased(released.changed, released.claimed)
    } catch (error) {
      log.error('Whether to tell of an incident could not be decided yet', { error: error as Error, incident: id })
      clock.after(5_000, () => void reconsider(id))
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
      if (waiting.size === 0) return
      for (const [incident, { on }] of waiting) if (on.has(id)) void reconsider(incident)
    },
    /** Something that is not one monitor has changed. */
    touchAll() {
      for (const incident of waiting.keys()) void reconsider(incident)
    },
    settled: () => Promise.all(working).then(() => {}),
    /** What waited when the appliance ended. */
    async load() {
      const rows = await db.read
        .select()
        .from(incidents)
        .where(and(isNotNull(incidents.held), ne(incidents.status, 'resolved')))
      for (const row of rows) {
        if (row.held) remember(row, row.held)
        await reconsider(row.id)
      }
    },
  }
}
export type Holds = ReturnType<typeof createHolds>
