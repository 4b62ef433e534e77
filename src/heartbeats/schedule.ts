import { calendarFaults, offDays } from '#heartbeats/calendar'
import { cronRule } from '#heartbeats/cron-rule'
import type { Calendar, Schedule } from '#heartbeats/define'
import { onCalendarRules } from '#heartbeats/oncalendar-rule'
import { Wrong } from '#heartbeats/schedule-pattern'
import { isZone } from '#kernel/days'
import { DAY, dayNumberAt, HORIZON, nextMoment, reached } from '#kernel/wall'

export { isOff } from '#heartbeats/calendar'

/** An interval whose clock stands still on days that are off. */
function intervalAfter(every_ms: number, only: Calendar, timezone: string, after: number): number | null {
  const isOff = offDays(only)
  let left = every_ms
  let at = after
  for (let day = dayNumberAt(timezone, after); at - after < every_ms + HORIZON; day++) {
    const end = Math.max(at, reached(timezone, (day + 1) * DAY))
    if (!isOff(day)) {
      if (at + left < end) return at + left
      left -= end - at
    }
    at = end
  }
  return null
}

/** The first moment strictly after `after`, whatever the day. */
function slotAfter(schedule: Exclude<Schedule, { kind: 'interval' }>, after: number): number | null {
  if (schedule.kind === 'cron') return nextMoment(cronRule(schedule.cron), schedule.timezone, after)
  let first: number | null = null
  for (const { rule, timezone = schedule.timezone } of onCalendarRules(schedule.oncalendar)) {
    const at = nextMoment(rule, timezone, after)
    if (at !== null && (first === null || at < first)) first = at
  }
  return first
}

/**
 * The first moment strictly after `after` at which a run is expected; null when it never comes. Slots of
 * days that are off are left out; the clock of an interval stands still on them.
 */
export function nextAfter(schedule: Schedule, after: number): number | null {
  const { only, timezone } = schedule
  if (schedule.kind === 'interval') {
    const every_ms = schedule.every_s * 1_000
    return only ? intervalAfter(every_ms, only, timezone, after) : after + every_ms
  }
  const isOff = offDays(only)
  let at = slotAfter(schedule, after)
  while (at !== null && at - after < HORIZON) {
    let day = dayNumberAt(timezone, at)
    if (!isOff(day)) return at
    const end = day + HORIZON / DAY
    while (isOff(day) && day < end) day++
    at = slotAfter(schedule, Math.max(at, reached(timezone, day * DAY) - 1))
  }
  return null
}

/** The slots strictly after `from` and up to `until`, the first `most` of them; an interval has none, it counts from runs. */
export function slotsBetween(schedule: Schedule, from: number, until: number, most: number): number[] {
  const slots: number[] = []
  if (schedule.kind === 'interval') return slots
  let at = nextAfter(schedule, from)
  while (at !== null && at <= until && slots.length < most) {
    slots.push(at)
    at = nextAfter(schedule, at)
  }
  return slots
}

const EVERY_S = { min: 10, max: 31_536_000 }
/** From when a schedule must have times, if nobody says what time it is. */
const FROM = Date.UTC(2024, 0, 1)

function expressionFault(schedule: Schedule): string | undefined {
  try {
    if (schedule.kind === 'cron') cronRule(schedule.cron)
    else if (schedule.kind === 'oncalendar') onCalendarRules(schedule.oncalendar)
    else if (!(schedule.every_s >= EVERY_S.min && schedule.every_s <= EVERY_S.max))
      return `must be ${EVERY_S.min} to ${EVERY_S.max} seconds`
  } catch (error) {
    if (error instanceof Wrong) return error.message
    throw error
  }
}

const FIELD = { interval: 'schedule.every_s', cron: 'schedule.cron', oncalendar: 'schedule.oncalendar' } as const

/** What is wrong with a schedule, as sentences under the field they are about; with `now` also that it is over. */
export function scheduleFaults(schedule: Schedule, now = FROM): Record<string, string> {
  const own = FIELD[schedule.kind]
  const fault = expressionFault(schedule)
  const faults: Record<string, string> = {
    ...(schedule.only && calendarFaults(schedule.only)),
    ...(fault && { [own]: fault }),
  }
  if (!isZone(schedule.timezone)) faults['schedule.timezone'] = 'is not a time zone such as Europe/Berlin'
  if (Object.keys(faults).length > 0) return faults
  if (nextAfter(schedule, now) !== null) return {}
  const { only, ...alone } = schedule
  if (only && nextAfter(alone, now) !== null) return { 'schedule.only': 'leaves none of the times of the schedule' }
  return { [own]: `never comes, in no year from ${new Date(now).getUTCFullYear()} on` }
}
