import type { Calendar, Schedule } from '#heartbeats/define'
import { isOff } from '#heartbeats/schedule'
import { type Day, dayAt } from '#kernel/days'

/** A piece of time within one hour of the week of a time zone; hour 0 begins on Monday at midnight. */
export type Hour = { hour: number; until: number; date: string; off: boolean }

export const HOURS = 168
export const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Where clocks change, they do it in the first hours of the day. */
const CHANGED_BY_MS = 4 * HOUR_MS

export const isWeekend = (hour: number) => hour >= 5 * 24
export const dayPart = (hour: number) => Math.floor((hour % 24) / 6)

/** The hour of its day, counted from the midnight with which it shares the offset of the clocks. */
function hourOf({ from, until }: Day, at: number): { hour: number; until: number } {
  const early = until - from === DAY_MS || at - from < CHANGED_BY_MS
  const hour = early ? Math.floor((at - from) / HOUR_MS) : 24 - Math.ceil((until - at) / HOUR_MS)
  const end = early ? from + (hour + 1) * HOUR_MS : until - (23 - hour) * HOUR_MS
  return { hour: Math.min(23, Math.max(0, hour)), until: Math.min(until, end) }
}

/** Days that were looked up, for they are asked for again and again. */
const known = new Map<string, Day>()
const MOST_KNOWN = 2_000
function dayOf(zone: string, at: number): Day {
  const key = `${zone} ${Math.floor(at / DAY_MS)}`
  const found = known.get(key)
  if (found && at >= found.from && at < found.until) return found
  if (known.size >= MOST_KNOWN) known.clear()
  const day = dayAt(zone, at)
  known.set(key, day)
  return day
}

/** Tells the hour of the week, quickly for times that are asked for in order. */
export function hoursOf({ timezone, only }: Schedule): (at: number) => Hour {
  let day: (Day & { first: number; off: boolean }) | undefined
  const weekOf = (at: number, calendar: Calendar | undefined) => {
    if (day && at >= day.from && at < day.until) return day
    const found = dayOf(timezone, at)
    // 1 January 1970 was a Thursday.
    const weekday = (Math.round(Date.parse(`${found.date}T00:00:00Z`) / DAY_MS) + 3) % 7
    day = { ...found, first: weekday * 24, off: isOff(calendar, found.date) }
    return day
  }
  return (at) => {
    const today = weekOf(at, only)
    const { hour, until } = hourOf(today, at)
    return { hour: today.first + hour, until, date: today.date, off: today.off }
  }
}
