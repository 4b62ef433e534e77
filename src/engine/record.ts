import { and, eq, inArray, ne, sql } from 'drizzle-orm'
import type { IntervalStatus, MonitorStatus } from '#contract/statuses'
import type { Writer } from '#db/client'
import { incident_timeline, incidents, monitor_states, state_intervals } from '#db/schema/engine'
import { monitors } from '#db/schema/monitors'
import type { News } from '#engine/dispatch'
import type { Watched } from '#engine/watched'
import { isoAt, type Timer } from '#kernel/clock'
import type { App } from '#kernel/context'
import { duration } from '#kernel/words'
import type { Verdict } from '#probes/define'

/** A confirmed change of one monitor, with everything its rows need. */
export type Transition = {
  monitor: Pick<Watched, 'number' | 'id' | 'tenant_id' | 'name' | 'severity'>
  to: IntervalStatus
  /** Where the old interval ends and the new one begins. */
  from: number
  status: MonitorStatus
  /** What people saw before. */
  was: MonitorStatus
  since: number
  opens: boolean
  closes: boolean
  verdict: Verdict
  checked_at: number
  failures: number
  /** In a maintenance window, whose interval goes on. */
  maintained: boolean
}

export const subjectOf = (monitor_id: string) => `monitor:${monitor_id}`
const keyOf = ({ tenant_id, id }: Transition['monitor']) => `${tenant_id} ${id}`

/** Ends the open intervals of some monitors, each at its own time; a pair is number and milliseconds. */
export const closeIntervals = (db: Writer, ends: [number, number][]) =>
  db.run(sql`update state_intervals set until = max("from", e.value ->> 1) from json_each(${JSON.stringify(ends)}) e
    where state_intervals.monitor = e.value ->> 0 and state_intervals.until is null`)

async function writeStates(db: Writer, transitions: Transition[]) {
  const rows = transitions.map(({ monitor, status, since, verdict, checked_at }) => ({
    monitor: monitor.number,
    status,
    since: isoAt(since),
    reason: verdict.reason ?? null,
    message: verdict.message,
    evidence: verdict.evidence ?? null,
    response_time_ms: verdict.response_time_ms === undefined ? null : Math.round(verdict.response_time_ms),
    checked_at: isoAt(checked_at),
  }))
  const { monitor, status, since, reason, message, evidence, response_time_ms, checked_at } = monitor_states
  const given = (column: { name: string }) => sql.raw(`excluded.${column.name}`)
  await db
    .insert(monitor_states)
    .values(rows)
    .onConflictDoUpdate({
      target: monitor,
      set: {
        status: given(status),
        since: given(since),
        reason: given(reason),
        message: given(message),
        evidence: given(evidence),
        response_time_ms: given(response_time_ms),
        checked_at: given(checked_at),
      },
    })
  const visible = transitions.filter(({ maintained }) => !maintained)
  if (visible.length === 0) return
  await closeIntervals(
    db,
    visible.map((t) => [t.monitor.number, t.from]),
  )
  await db.insert(state_intervals).values(
    visible.map((t) => ({
      monitor: t.monitor.number,
      status: t.to,
      reason: t.verdict.reason ?? null,
      from: isoAt(t.from),
    })),
  )
}

async function openIncidents(db: Writer, transitions: Transition[], at: string): Promise<News[]> {
  if (transitions.length === 0) return []
  const rows = transitions.map(({ monitor, verdict, from }) => ({
    tenant_id: monitor.tenant_id,
    title: `${monitor.name} is down`,
    status: 'open' as const,
    severity: monitor.severity,
    source_type: 'monitor' as const,
    monitor_id: monitor.id,
    monitor_name: monitor.name,
    dedup_key: subjectOf(monitor.id),
    reason: verdict.reason ?? null,
    message: verdict.message,
    opened_at: isoAt(from),
    created_at: at,
    updated_at: at,
  }))
  // One that is open already (found again after a restart) is neither opened nor announced twice.
  const opened = await db.insert(incidents).values(rows).onConflictDoNothing().returning()
  const byMonitor = new Map(transitions.map((t) => [keyOf(t.monitor), t]))
  for (const incident of opened) {
    const { verdict, checked_at, from, failures } = byMonitor.get(`${incident.tenant_id} ${incident.monitor_id}`)!
    const { reason, response_time_ms, phases, evidence } = verdict
    const data = {
      reason,
      response_time_ms,
      phases,
      evidence,
      failures,
      first_failure_at: isoAt(from),
      checked_at: isoAt(checked_at),
    }
    await db
      .insert(incident_timeline)
      .values({ incident_id: incident.id, kind: 'detected', message: verdict.message, data, at })
  }
  return opened.map((incident) => ({ event: 'incident.created', incident, payload: {}, at }))
}

async function resolveIncidents(db: Writer, transitions: Transition[], at: string): Promise<News[]> {
  if (transitions.length === 0) return []
  const news: News[] = []
  const ids = transitions.map((t) => t.monitor.id)
  const resolved = await db
    .update(incidents)
    .set({ status: 'resolved', resolved_at: at, updated_at: at })
    .where(
      and(inArray(incidents.monitor_id, ids), eq(incidents.source_type, 'monitor'), ne(incidents.status, 'resolved')),
    )
    .returning()
  const byMonitor = new Map(transitions.map((t) => [t.monitor.id, t]))
  for (const incident of resolved) {
    const { from, verdict, to } = byMonitor.get(incident.monitor_id!)!
    const down_s = Math.max(0, Math.round((from - Date.parse(incident.opened_at)) / 1_000))
    const message = `${incident.monitor_name} is ${to === 'degraded' ? 'answering again, slowly,' : 'up again'} after ${duration(down_s)}`
    const data = { down_s, answer: verdict.message, response_time_ms: verdict.response_time_ms }
    await db.insert(incident_timeline).values({ incident_id: incident.id, kind: 'recovered', message, data, at })
    news.push({ event: 'incident.resolved', incident, payload: { down_s }, at })
  }
  return news
}

/** Writes transitions of different monitors, all or none: state, interval, incident with its evidence. Answers the news. */
export async function writeTransitions(db: Writer, transitions: Transition[], at: string): Promise<News[]> {
  await writeStates(db, transitions)
  const opening = transitions.filter((t) => t.opens)
  const closing = transitions.filter((t) => t.closes)
  return [...(await openIncidents(db, opening, at)), ...(await resolveIncidents(db, closing, at))]
}

/** Transitions that go into one transaction. */
const AT_ONCE = 200
const RETRY_MS = 1_000
/** How long changes that nobody sees wait for others to share their commit. */
const GATHER_MS = 1_000

/**
 * The way of a change to the disk. Alone it is committed at once; while a commit runs the next ones gather and share
 * the following one, and so do quiet ones (after a restart every monitor's unknown time ends by itself). What cannot
 * be written stays and is tried again; people are told in the same transaction, and nothing goes out before its commit.
 */
type Tell = (db: Writer, news: News[], transitions: Transition[]) => Promise<() => void>
export function createRecorder(app: Omit<App, 'engine'>, tellNow: Tell) {
  let queue: Transition[] = []
  let working: Promise<void> | undefined
  let planned: Timer | undefined

  /** As many as may share a transaction: the changes of one monitor stay in their order, each in its own. */
  function take(): Transition[] {
    const seen = new Set<number>()
    let count = 0
    while (count < Math.min(queue.length, AT_ONCE) && !seen.has(queue[count]!.monitor.number))
      seen.add(queue[count++]!.monitor.number)
    return queue.slice(0, count)
  }
  async function write(transitions: Transition[]) {
    const told = await app.db.tx(async (db) =>
      tellNow(db, await writeTransitions(db, transitions, isoAt(app.clock.now())), transitions),
    )
    queue = queue.slice(transitions.length)
    told()
  }
  const exists = async ({ monitor }: Transition) =>
    (await app.db.read.select({ n: monitors.number }).from(monitors).where(eq(monitors.number, monitor.number)))
      .length > 0

  /** The changes of this monitor go to the end, in their order: what one row does not let through holds up no other. */
  function putLast({ monitor: { number } }: Transition) {
    const own = queue.filter(({ monitor }) => monitor.number === number)
    queue = [...queue.filter(({ monitor }) => monitor.number !== number), ...own]
  }
  /** Writes so many one by one. Answers whether to go on at once; after a failure it is rather the disk than the row. */
  async function writeSingly(count: number): Promise<boolean> {
    for (let left = count; left > 0; left--) {
      const first = queue[0]!
      try {
        await write([first])
      } catch (error) {
        // Deleted in the meantime: there is nothing left to record.
        if (await exists(first).catch(() => true)) {
          app.log.error('A change of state could not be recorded yet', {
            error: error as Error,
            monitor: first.monitor.id,
          })
          putLast(first)
          return false
        }
        queue.shift()
      }
    }
    return true
  }
  /** Answers whether everything is written; otherwise a later try is planned. */
  async function work(): Promise<boolean> {
    while (queue.length > 0) {
      const taken = take()
      const done = await write(taken).then(
        () => true,
        () => writeSingly(taken.length),
      )
      if (!done) return false
    }
    return true
  }
  function plan(delay_ms: number) {
    planned ??= app.clock.after(delay_ms, wake)
  }
  function wake() {
    planned?.cancel()
    planned = undefined
    working ??= work().then((done) => {
      working = undefined
      if (!done) plan(RETRY_MS)
      // Something may have arrived between the last look and now.
      else if (queue.length > 0) wake()
    })
  }
  return {
    /** `quiet`: neither an incident nor what people see depends on it. */
    push(transition: Transition, quiet = false) {
      queue.push(transition)
      if (quiet) plan(GATHER_MS)
      else wake()
    },
    /** Whether a change of this monitor is still to be written. */
    waits: (number: number) => queue.some(({ monitor }) => monitor.number === number),
    busy: () => working !== undefined,
    /** After one try to write everything. */
    settled(): Promise<void> {
      if (queue.length > 0) wake()
      return working ?? Promise.resolve()
    },
  }
}
export type Recorder = ReturnType<typeof createRecorder>
