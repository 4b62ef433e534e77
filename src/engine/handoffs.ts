import { and, asc, eq, isNotNull, lte, notInArray } from 'drizzle-orm'
import type { HandoffNotice, ScheduleConfig } from '#contract/oncall'
import type { Writer } from '#db/client'
import { schedule_watches as watches } from '#db/schema/alerts'
import { schedules } from '#db/schema/schedules'
import { membersOf } from '#engine/on-call'
import { isoAt, type Timer } from '#kernel/clock'
import type { App } from '#kernel/context'
import { DAY, reached } from '#kernel/wall'
import { HORIZON, nextChange, onCallAt, presentOnly, segments } from '#oncall/resolve'
import { shownBy, timeOf, weekdayOf } from '#oncall/walls'

/** A change of who is on call, as it is told. */
export type Handoff = {
  tenant_id: string
  schedule: { id: string; name: string }
  /** Who has come on call; of a weekly notice, everybody who is. */
  on: string[]
  /** Who was on call when it was last told, and is no more. */
  off: string[]
  /** Everybody who is on call now. */
  on_call: string[]
  /** When it happened. */
  at: number
  notice: HandoffNotice
}
type Parts = {
  app: Omit<App, 'engine'>
  /** Tells it, in the transaction that notes that it was told: never twice, never not at all. */
  tell: (db: Writer, handoff: Handoff) => Promise<unknown>
  /** Something was told, and is committed. */
  wake?: () => void
}
type Schedule = typeof schedules.$inferSelect
type Watch = typeof watches.$inferSelect

/** Schedules that are found in one look. */
const AT_ONCE = 200
/** The alarm clock is looked at again after so long at the latest: a clock that is set does not move timers. */
const LOOK_AGAIN_MS = 60_000
/** Nothing changes by itself before the next hand-off, but people leave. */
const COMPARE_MS = DAY
const RETRY_MS = 30_000

const usersAt = (config: ScheduleConfig, at: number) => onCallAt(config, at).map(({ user_id }) => user_id)

/** The next time on the wall at which a weekly notice is due. */
function weeklyAfter({ day = 1, time = '09:00' }: HandoffNotice, timezone: string, now: number): number {
  const today = Math.floor(shownBy(timezone, now) / DAY) * DAY
  for (let date = today; ; date += DAY) {
    const at = reached(timezone, date + timeOf(time))
    if (weekdayOf(date) === day && at > now) return at
  }
}

/** When those who are on call now came to be so, if that is later than `since`. */
function changedAt(config: ScheduleConfig, since: number, now: number): number {
  let at = since
  let before: string | undefined
  for (const { from, on } of segments(config, Math.max(since, now - HORIZON), now + 1)) {
    const people = on.map(({ user_id }) => user_id).join()
    if (before !== undefined && people !== before) at = from
    before = people
  }
  return at
}

/** What is to be told, and how it stands from now on. */
function compared(schedule: Schedule, config: ScheduleConfig, watch: Watch | undefined, now: number) {
  const { notice, tenant_id, id, name } = schedule
  const users = usersAt(config, now)
  const weekly = notice.mode === 'weekly'
  const due = watch?.next_at && Date.parse(watch.next_at) <= now ? Date.parse(watch.next_at) : undefined
  const next_at = weekly
    ? weeklyAfter(notice, config.timezone, now)
    : Math.min(nextChange(config, now) ?? Infinity, now + COMPARE_MS)
  const known = watch?.users ?? users
  // Between two weekly notices nothing is told, and who was told last stays.
  if (weekly && due === undefined) return { users: known, next_at }
  const on = weekly ? users : users.filter((user) => !known.includes(user))
  const off = known.filter((user) => !users.includes(user))
  if (on.length + off.length === 0) return { users, next_at }
  const at = due === undefined ? now : weekly ? due : changedAt(config, due, now)
  const handoff: Handoff = { tenant_id, schedule: { id, name }, on, off, on_call: users, at, notice }
  return { users, next_at, handoff }
}

/** Compares who is on call with who was, tells the difference and notes when to look again, all in one transaction. */
async function look(tx: Writer, schedule_id: string, now: number, tell: Parts['tell']): Promise<boolean> {
  const [schedule] = await tx.select().from(schedules).where(eq(schedules.id, schedule_id))
  const mine = eq(watches.schedule_id, schedule_id)
  if (!schedule || schedule.notice.mode === 'off') {
    await tx.delete(watches).where(mine)
    return false
  }
  const { tenant_id } = schedule
  const members = await membersOf(tx, tenant_id)
  const config = presentOnly(schedule.config, (id) => members.has(id))
  const [watch] = await tx.select().from(watches).where(mine)
  const { users, handoff, ...times } = compared(schedule, config, watch, now)
  const set = { users, next_at: isoAt(times.next_at) }
  await tx
    .insert(watches)
    .values({ schedule_id, tenant_id, ...set })
    .onConflictDoUpdate({ target: watches.schedule_id, set })
  if (handoff) await tell(tx, handoff)
  return handoff !== undefined
}

/**
 * Those who come on call and those who go off it are told. One timer stands at the next hand-off of all schedules, found by
 * an index; who was on call when it was last told is a row. So nothing is told twice or forgotten, whatever happens in
 * between: after a time in which the appliance was off, the difference is told once.
 */
export function createHandoffs({ app, tell, wake }: Parts) {
  const { db, clock, log } = app
  const changed = new Set<string>()
  /** Those that could not be looked at, and when they are tried again; they hold up nobody. */
  const failing = new Map<string, number>()
  let timer: Timer | undefined
  let planned: number | undefined
  let looking: Promise<void> | undefined
  let again = false
  let stopped = true

  /** The timer stands at this moment, or earlier. */
  function ring(at: number) {
    if (stopped || (planned !== undefined && planned <= at)) return
    timer?.cancel()
    planned = at
    timer = clock.after(Math.min(Math.max(0, at - clock.now()), LOOK_AGAIN_MS), run)
  }
  function run() {
    planned = undefined
    if (stopped) return
    // What was changed while somebody looks may have been passed over.
    again = looking !== undefined
    looking ??= lookAll()
      .catch((error) => {
        log.error('Hand-offs could not be looked at', { error: error as Error })
        ring(clock.now() + RETRY_MS)
      })
      .finally(() => {
        looking = undefined
        if (again) run()
      })
  }
  async function one(schedule_id: string) {
    try {
      const told = await db.tx((tx) => look(tx, schedule_id, clock.now(), tell))
      failing.delete(schedule_id)
      if (told) wake?.()
    } catch (error) {
      log.error('A hand-off could not be told; it is tried again', { error: error as Error, schedule: schedule_id })
      failing.set(schedule_id, clock.now() + RETRY_MS)
    }
  }
  async function dueNow(): Promise<string[]> {
    const due = and(isNotNull(watches.next_at), lte(watches.next_at, isoAt(clock.now())))
    const rows = await db.read
      .select({ id: watches.schedule_id })
      .from(watches)
      .where(failing.size === 0 ? due : and(due, notInArray(watches.schedule_id, [...failing.keys()])))
      .orderBy(asc(watches.next_at))
      .limit(AT_ONCE)
    return rows.map(({ id }) => id)
  }
  async function lookAll() {
    for (const [id, retry_at] of failing) if (retry_at <= clock.now() && failing.delete(id)) changed.add(id)
    for (;;) {
      const ids = [...changed]
      changed.clear()
      if (ids.length === 0) ids.push(...(await dueNow()))
      if (ids.length === 0) break
      for (const id of ids) await one(id)
    }
    const [next] = await db.read
      .select({ at: watches.next_at })
      .from(watches)
      .where(isNotNull(watches.next_at))
      .orderBy(asc(watches.next_at))
      .limit(1)
    const at = next?.at ? Date.parse(next.at) : Infinity
    const retry = failing.size > 0 ? Math.min(...failing.values()) : Infinity
    // What is due and failing is not asked for before its time.
    ring(Math.min(at > clock.now() ? at : Infinity, retry, clock.now() + LOOK_AGAIN_MS))
  }

  return {
    /** A schedule was made, changed or deleted. */
    onChange(schedule_id: string) {
      if (stopped) return
      changed.add(schedule_id)
      failing.delete(schedule_id)
      run()
    },
    /** Somebody has left: whoever was on call with them is told who is now. */
    async onMember(tenant_id: string) {
      const own = eq(schedules.tenant_id, tenant_id)
      for (const { id } of await db.read.select({ id: schedules.id }).from(schedules).where(own)) changed.add(id)
      run()
    },
    /** All are looked at once: what was changed just before the appliance stopped may not have been. */
    async start() {
      stopped = false
      for (const { id } of await db.read.select({ id: schedules.id }).from(schedules)) changed.add(id)
      run()
      await looking
    },
    stop() {
      stopped = true
      timer?.cancel()
    },
    busy: () => looking !== undefined,
    async settled() {
      while (looking) await looking
    },
  }
}
export type Handoffs = ReturnType<typeof createHandoffs>
