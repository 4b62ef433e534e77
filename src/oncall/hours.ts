import type { Weekday } from '#contract/oncall'
import { DAY, reached, wallAt } from '#kernel/wall'

/** A part of the day on some days; `to` before or at `from` ends on the next day, and belongs to the day it began on. */
export type Hours = { days: Weekday[]; from: string; to: string; timezone: string }

const MINUTE = 60_000
const minutesOf = (clock: string) => {
  const [hour = 0, minute = 0] = clock.split(':').map(Number)
  return hour * 60 + minute
}
/** 1 January 1970 was a Thursday. */
// Safe: the remainder of seven, plus one, is one of the seven.
const weekdayOf = (day_number: number) => (((((day_number + 3) % 7) + 7) % 7) + 1) as Weekday

/** The first moment after the part of the day that `at` lies in, or nothing when it lies in none. */
export function endOfHours({ days, from, to, timezone }: Hours, at: number): number | null {
  const begin = minutesOf(from)
  const length = (minutesOf(to) - begin + 1_440) % 1_440 || 1_440
  const wall = wallAt(timezone, at)
  const today = Math.floor(wall / DAY)
  for (const day of [today, today - 1]) {
    const start = day * DAY + begin * MINUTE
    const end = start + length * MINUTE
    if (wall < start || wall >= end || !days.includes(weekdayOf(day))) continue
    const moment = reached(timezone, end)
    // While an hour is repeated the clock has shown the end before; it comes once more.
    return moment > at ? moment : at + (end - wall)
  }
  return null
}

export const isWithin = (hours: Hours, at: number): boolean => endOfHours(hours, at) !== null

const DAY_NAMES = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

/** "Mon–Fri 09:00–17:00 (Europe/Berlin)" */
export function hoursInWords({ days, from, to, timezone }: Hours): string {
  const sorted = [...new Set(days)].sort()
  const runs: Weekday[][] = []
  for (const day of sorted) {
    const last = runs.at(-1)
    if (last && (last.at(-1) ?? 0) + 1 === day) last.push(day)
    else runs.push([day])
  }
  const name = (day: number | undefined) => DAY_NAMES[(day ?? 1) - 1]
  const words = runs.map((run) => (run.length > 2 ? `${name(run[0])}–${name(run.at(-1))}` : run.map(name).join(', ')))
  const when = sorted.length === 7 ? 'every day' : words.join(', ')
  return `${when} ${from === to ? `from ${from} for 24 hours` : `${from}–${to}`} (${timezone})`
}
