import type { HeartbeatKind } from '#contract/heartbeats'
import { stateOf } from '#engine/heartbeats/rows'
import { isOff, nextAfter, slotsBetween } from '#heartbeats/schedule'
import { isoAt } from '#kernel/clock'
import type { Ctx } from '#kernel/context'
import { dayAt, daysBetween, lastDays } from '#kernel/days'
import { invalid } from '#kernel/fail'
import { blindSpans, type Era, eras, runsWithin, type Span, standings } from './past'
import type { CalendarQuery } from './schema'
import { type Judged, judgeSlots, type Slot } from './slots'
import { type Found, one } from './view'

const DAY_MS = 86_400_000
const MOST_DAYS = 62
const USUAL_DAYS = 35
const MOST_SLOTS = 1_000
/** Every minute of 62 days. */
const MOST_JUDGED = 90_000
const [EARLIEST, LATEST] = [Date.UTC(2000), Date.UTC(2200)]

/** The whole day of this date in a zone. */
function dayOf(zone: string, date: string): Span | undefined {
  const noon = Date.parse(`${date}T12:00:00Z`)
  if (!Number.isFinite(noon) || isoAt(noon).slice(0, 10) !== date) return undefined
  const near = dayAt(zone, noon)
  return near.date === date ? near : dayAt(zone, near.date < date ? near.until : near.from - 1)
}
/** A date means the whole of it. */
function boundOf(text: string, zone: string, edge: keyof Span): number {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? dayOf(zone, text)?.[edge] : Date.parse(text)
  if (at === undefined || !(at >= EARLIEST && at <= LATEST))
    throw invalid({ [edge]: 'must be a day such as 2026-05-01, or a time such as 2026-05-01T12:00:00Z' })
  return at
}
function windowOf(zone: string, { from, until }: CalendarQuery, now: number): Span {
  const given = from === undefined ? undefined : boundOf(from, zone, 'from')
  const usual = () => dayAt(zone, given === undefined ? now : given + (USUAL_DAYS - 1) * DAY_MS).until
  const end = until === undefined ? usual() : boundOf(until, zone, 'until')
  const begin = given ?? lastDays(zone, end - 1, USUAL_DAYS)[0]?.from ?? now
  if (begin >= end) throw invalid({ until: 'must be after from' })
  // An hour more where clocks are set back.
  if (end - begin > MOST_DAYS * DAY_MS + 3_600_000)
    throw invalid({ until: `must be at most ${MOST_DAYS} days after from` })
  return { from: begin, until: end }
}

function slotsOf(all: Era[]): Slot[] {
  return all.flatMap(({ schedule, grace_s, from, until }) => {
    const times = slotsBetween(schedule, from - 1, until - 1, MOST_JUDGED)
    return times.map((expected, i) => ({
      expected,
      deadline: expected + grace_s * 1_000,
      next: times[i + 1] ?? nextAfter(schedule, expected) ?? Number.POSITIVE_INFINITY,
    }))
  })
}

type Day = { date: string; expected: number; ok: number; failed: number; missed: number; off: boolean }
type Counted = { at: number; status: 'ok' | 'failed' | 'missed' | 'pending' | 'excused' }

/** What was counted of each day; both in the order of time. */
function daily(zone: string, { from, until }: Span, counted: Counted[], all: Era[]): Day[] {
  let next = 0
  return daysBetween(zone, from, until).map(({ date, until: end }) => {
    const era = all.findLast((one) => one.from < end) ?? all[0]
    const day: Day = { date, expected: 0, ok: 0, failed: 0, missed: 0, off: isOff(era?.schedule.only, date) }
    for (let one = counted[next]; one && one.at < end; one = counted[++next]) {
      if (one.status === 'excused') continue
      day.expected++
      if (one.status !== 'pending') day[one.status]++
    }
    return day
  })
}

/** An interval counts from the last run: what ran, and how often nothing came. */
async function withoutSlots(ctx: Ctx, found: Found, within: Span, all: Era[]): Promise<Counted[]> {
  const intervals = all.filter(({ schedule }) => schedule.kind === 'interval')
  const during = (at: number) => intervals.some(({ from, until }) => at >= from && at < until)
  const ran = (await runsWithin(ctx, found.row.number, within)).map(({ ok, ended }) => ({
    at: ended,
    status: ok ? ('ok' as const) : ('failed' as const),
  }))
  const missed = (await standings(ctx, found))
    .filter(({ status, reason }) => status === 'down' && reason === 'missed')
    .map(({ from }) => ({ at: from, status: 'missed' as const }))
  return [...ran, ...missed].filter(({ at }) => at >= within.from && at < within.until && during(at))
}

async function judged(ctx: Ctx, found: Found, within: Span, all: Era[]): Promise<Judged[]> {
  const slots = slotsOf(all)
  const last = slots.at(-1)
  if (!last) return []
  // Its last run may come when the day is over, and one that ends there began before.
  const until = Math.min(Math.max(last.deadline, within.until), LATEST) + DAY_MS
  const stood = await standings(ctx, found)
  return judgeSlots(slots, {
    runs: await runsWithin(ctx, found.row.number, { from: within.from, until }),
    open: stateOf(found.state).runs.map(({ at }) => at),
    resting: stood.filter(({ status }) => status === 'paused' || status === 'new'),
    blind: await blindSpans(ctx, { from: within.from - DAY_MS, until }),
    now: ctx.now(),
  })
}

/** What was expected on each day and what became of it, in the time zone of the schedule. */
export async function calendar(ctx: Ctx, id: string, query: CalendarQuery, kind: HeartbeatKind = 'job') {
  const found = await one(ctx, id, kind)
  const { timezone } = found.row.schedule
  const within = windowOf(timezone, query, ctx.now())
  const all = await eras(ctx, found.row, within)
  const slots = await judged(ctx, found, within, all)
  const times = slots.map(({ expected, status }): Counted => ({ at: expected, status }))
  const counted = [...times, ...(await withoutSlots(ctx, found, within, all))].sort((a, b) => a.at - b.at)
  return {
    timezone,
    days: daily(timezone, within, counted, all),
    slots: slots.slice(-MOST_SLOTS).map(({ expected, run, status }) => ({
      ...{ expected_at: isoAt(expected), status },
      run_at: run === null ? null : isoAt(run),
    })),
  }
}
