import { and, asc, isNotNull, lte, type SQL, sql } from 'drizzle-orm'
import { heartbeat_flips, heartbeat_runs, heartbeat_states } from '#db/schema/heartbeat-states'
import { heartbeats } from '#db/schema/heartbeats'
import type { Event } from '#engine/dispatch'
import { type Blind, createIntake, type Incoming, type Taken } from '#engine/heartbeats/intake'
import type { Change } from '#engine/heartbeats/news'
import { tellHeartbeat } from '#engine/live'
import { statusAt } from '#heartbeats/status'
import { isoAt, type Timer } from '#kernel/clock'
import type { App } from '#kernel/context'

export type { Incoming, Taken } from '#engine/heartbeats/intake'

/** Deadlines that are judged in one transaction. */
const AT_ONCE = 200
/** The alarm clock is looked at again after so long at the latest: a clock that is set does not move timers. */
const LOOK_AGAIN_MS = 60_000
const RETRY_MS = 1_000
/** Slugs remembered with the heartbeat they belong to. */
const MOST_KNOWN = 100_000
const KEPT_DAYS = 400
const DAY_MS = 86_400_000
/** Old rows that are dropped in one transaction. */
const DROPPED = 5_000

type Parts = {
  app: Omit<App, 'engine'>
  /** There are new outbox rows. */
  wake: () => void
}

/**
 * Jobs that report in: pings go through the intake, and one timer stands at the earliest moment at which the silence of
 * any of them means something, found by an index. Everything they are judged by is a row.
 */
export function createHeartbeats({ app, wake }: Parts) {
  const { db, clock, log, bus } = app
  const slugs = new Map<string, number>()
  let timer: Timer | undefined
  let planned: number | undefined
  let looking: Promise<void> | undefined
  let again = false
  let stopped = true

  function onChanged(changes: Change[], news: boolean) {
    const now = clock.now()
    for (const { row, after } of changes)
      tellHeartbeat(bus, {
        tenant_id: row.tenant_id,
        id: row.id,
        status: statusAt(after, now),
        last_ping_at: after.last_ping_at,
      })
    const times = changes.flatMap(({ after }) => (after.alert_at === null ? [] : [after.alert_at]))
    if (times.length > 0) ring(Math.min(...times))
    if (news) wake()
  }
  const intake = createIntake({ app, kept_pings: app.config.heartbeatPings, onChanged })

  /** The timer stands at this moment, or earlier. */
  function ring(at: number) {
    if (stopped || (planned !== undefined && planned <= at)) return
    timer?.cancel()
    planned = at
    timer = clock.after(Math.min(Math.max(0, at - clock.now()), LOOK_AGAIN_MS), look)
  }
  function look() {
    planned = undefined
    // What was changed while somebody looks may have been passed over.
    again = looking !== undefined
    looking ??= judgeDue()
      .catch((error) => {
        log.error('Deadlines of heartbeats could not be judged', { error: error as Error })
        ring(clock.now() + RETRY_MS)
      })
      .finally(() => {
        looking = undefined
        if (again && !stopped) look()
      })
  }
  async function judgeDue() {
    for (;;) {
      const due = await db.read
        .select({ number: heartbeat_states.heartbeat })
        .from(heartbeat_states)
        .where(and(isNotNull(heartbeat_states.alert_at), lte(heartbeat_states.alert_at, isoAt(clock.now()))))
        .orderBy(asc(heartbeat_states.alert_at))
        .limit(AT_ONCE)
      if (due.length === 0) break
      await intake.silence(due.map(({ number }) => number))
    }
    const [next] = await db.read
      .select({ at: heartbeat_states.alert_at })
      .from(heartbeat_states)
      .where(isNotNull(heartbeat_states.alert_at))
      .orderBy(asc(heartbeat_states.alert_at))
      .limit(1)
    ring(next?.at ? Date.parse(next.at) : clock.now() + LOOK_AGAIN_MS)
  }

  /** Those whose ping may have been lost while the appliance was off get one period more. */
  async function excuse(blind: Blind) {
    const [from, until] = [blind.from, clock.now() + 60_000]
    const waiting = await db.read
      .select({ number: heartbeat_states.heartbeat })
      .from(heartbeat_states)
      .where(
        sql`(${heartbeat_states.deadline_at} > ${from} and ${heartbeat_states.expected_at} < ${until})
          or case when json_valid(${heartbeat_states.data}) then json_array_length(${heartbeat_states.data}, '$.runs') > 0
            or json_type(${heartbeat_states.data}, '$.day') = 'object' end`,
      )
    for (let first = 0; first < waiting.length; first += AT_ONCE)
      await intake.silence(
        waiting.slice(first, first + AT_ONCE).map(({ number }) => number),
        [blind],
      )
  }

  return {
    /** Which heartbeat a slug (its hash) belongs to, or did: whether it still does is seen when something is taken. */
    async find(slug_hash: string): Promise<number | undefined> {
      const known = slugs.get(slug_hash)
      if (known !== undefined) return known
      const [row] = await db.read
        .select({ number: heartbeats.number })
        .from(heartbeats)
        .where(sql`${heartbeats.slug_hash} = ${slug_hash}`)
      if (!row) return undefined
      slugs.set(slug_hash, row.number)
      if (slugs.size > MOST_KNOWN) slugs.delete(slugs.keys().next().value ?? '')
      return row.number
    },
    /** Whether such a slug was pinged before: for counting, without a look at the database. */
    knows: (slug_hash: string): boolean => slugs.has(slug_hash),
    /** Takes a signal; resolves after the commit, with nothing when there is no such heartbeat. */
    async take(incoming: Incoming): Promise<Taken | undefined> {
      const taken = await intake.take(incoming)
      if (!taken && incoming.slug_hash) slugs.delete(incoming.slug_hash)
      return taken
    },
    /** A heartbeat was made, changed, paused or deleted: the next deadline may be another one. */
    onChange({ tenant_id, subject_id: id, event }: Event) {
      bus.publish({ tenant_id, type: 'heartbeat_status', data: { heartbeat_id: id, changed: event } })
      look()
    },
    /** `since`: when the appliance was last known to listen. */
    async start(since: number | undefined) {
      if (since !== undefined) await excuse({ from: since, until: clock.now() })
      stopped = false
      look()
      await looking
    },
    stop() {
      stopped = true
      timer?.cancel()
    },
    busy: () => intake.busy() || looking !== undefined,
    async settled() {
      await intake.settled()
      await looking
    },
    /** Drops what is older than anybody asks for. */
    async retain() {
      const before = clock.now() - KEPT_DAYS * DAY_MS
      // By heartbeat, as their indexes are: a look at each, and not at everything there is.
      const old = (table: SQL, at: SQL) =>
        sql`seq in (select past.seq from heartbeats cross join ${table} past
          where past.heartbeat = heartbeats.number and past.${at} < ${before} limit ${DROPPED})`
      await db.tx(async (tx) => {
        await tx.delete(heartbeat_runs).where(old(sql`heartbeat_runs`, sql`ended_at`))
        await tx.delete(heartbeat_flips).where(old(sql`heartbeat_flips`, sql`at`))
      })
    },
  }
}
export type Heartbeats = ReturnType<typeof createHeartbeats>
