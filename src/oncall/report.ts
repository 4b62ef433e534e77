import type { Restriction, Weekday } from '#contract/oncall'
import { common, gapsIn, type Interval, overlapsIn } from '#oncall/intervals'
import { spansOf, turnsOf } from '#oncall/layers'
import type { Shift } from '#oncall/resolve'

const HOUR = 3_600_000
const everyDay: Weekday[] = [1, 2, 3, 4, 5, 6, 7]
/** When others sleep, and when they are off, by the clock of the schedule. */
export const night: Restriction = { days: everyDay, from: '22:00', to: '06:00' }
export const weekend: Restriction = { days: [6, 7], from: '00:00', to: '00:00' }

export type Burden = {
  user_id: string
  shifts: number
  hours: number
  /** Of the hours of all people together, in percent. */
  share: number
  night_hours: number
  weekend_hours: number
  /** Nights and weekends of which at least an hour was theirs. */
  nights: number
  weekends: number
}
export type Report = {
  gaps: Interval[]
  overlaps: Interval[]
  hours: number
  gap_hours: number
  overlap_hours: number
  people: Burden[]
  /** How evenly it is shared among them, in percent: 100 when everybody has the same. */
  balance: { hours: number; nights: number; weekends: number }
}

const hoursOf = (ms: number) => Math.round((ms / HOUR) * 100) / 100
const sum = (numbers: number[]) => numbers.reduce((all, one) => all + one, 0)
const lengthOf = (list: Interval[]) => sum(list.map(({ from, to }) => to - from))

/** When a part of the day or week is, between two moments; each night and each weekend is one. */
function partsOf(restriction: Restriction, timezone: string, from: number, to: number): Interval[] {
  const layer = { id: '', name: '', priority: 0, rotation: 'daily' as const, length: 1, handoff_time: '00:00' }
  const turns = turnsOf({ ...layer, start_date: '1970-01-01', participants: ['x'], restrictions: [restriction] })
  const parts: Interval[] = []
  for (const part of spansOf(turns, timezone, from, to)) {
    const last = parts.at(-1)
    // The week ends at midnight on Sunday, a night does not.
    if (last?.to === part.from) last.to = part.to
    else parts.push({ from: part.from, to: part.to })
  }
  return parts
}

/** 100 for equal parts, less the further they are from that, 0 when of many one has it all. */
export function balanceOf(parts: number[]): number {
  const total = sum(parts)
  if (parts.length < 2 || total === 0) return 100
  const mean = total / parts.length
  const worst = 2 * (total - mean)
  return Math.round(100 * (1 - sum(parts.map((part) => Math.abs(part - mean))) / worst))
}

function burdenOf(user_id: string, shifts: Shift[], nights: Interval[], weekends: Interval[], all: number): Burden {
  const inEach = (parts: Interval[]) => parts.map((part) => sum(shifts.map((shift) => common(shift, part))))
  const [atNight, atWeekends] = [inEach(nights), inEach(weekends)]
  const length = lengthOf(shifts)
  return {
    user_id,
    shifts: shifts.length,
    hours: hoursOf(length),
    share: Math.round((1_000 * length) / all) / 10,
    night_hours: hoursOf(sum(atNight)),
    weekend_hours: hoursOf(sum(atWeekends)),
    nights: atNight.filter((ms) => ms >= HOUR).length,
    weekends: atWeekends.filter((ms) => ms >= HOUR).length,
  }
}

/** What a time on call was like: when nobody was, when several were, and who had how much of it. */
export function reportOf(shifts: Shift[], timezone: string, from: number, to: number): Report {
  const [nights, weekends] = [partsOf(night, timezone, from, to), partsOf(weekend, timezone, from, to)]
  const byPerson = Map.groupBy(shifts, ({ user_id }) => user_id)
  const all = lengthOf(shifts)
  const people = [...byPerson]
    .map(([user_id, list]) => burdenOf(user_id, list, nights, weekends, all))
    .sort((a, b) => b.hours - a.hours || (a.user_id < b.user_id ? -1 : 1))
  const [gaps, overlaps] = [gapsIn(shifts, from, to), overlapsIn(shifts)]
  return {
    gaps,
    overlaps,
    hours: hoursOf(all),
    gap_hours: hoursOf(lengthOf(gaps)),
    overlap_hours: hoursOf(lengthOf(overlaps)),
    people,
    balance: {
      hours: balanceOf(people.map(({ hours }) => hours)),
      nights: balanceOf(people.map(({ night_hours }) => night_hours)),
      weekends: balanceOf(people.map(({ weekend_hours }) => weekend_hours)),
    },
  }
}
