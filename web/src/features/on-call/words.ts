import type { Layer, Restriction, Weekday } from './types'

/** `Ana`, `Ana and Ben`, `Ana, Ben and Cem`. */
export function listOf(names: readonly string[]): string {
  if (names.length < 2) return names[0] ?? ''
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

export const WEEK: readonly Weekday[] = [1, 2, 3, 4, 5, 6, 7]
/** 5 January 2026 is a Monday. */
export const weekdayName = (day: Weekday, weekday: 'short' | 'long' = 'short') =>
  new Intl.DateTimeFormat('en-GB', { weekday, timeZone: 'UTC' }).format(Date.UTC(2026, 0, 4 + day))

/** `Mon–Fri`, `Sat, Sun`, `every day`. */
export function daysInWords(days: readonly Weekday[]): string {
  const sorted = [...days].sort()
  if (sorted.length === 0 || sorted.length === 7) return 'every day'
  const first = sorted[0] ?? 1
  const joined = sorted.every((day, i) => day === first + i) && sorted.length > 2
  if (joined) return `${weekdayName(first)}–${weekdayName(sorted.at(-1) ?? first)}`
  return sorted.map((day) => weekdayName(day)).join(', ')
}

export const restrictionInWords = ({ days, from, to }: Restriction): string =>
  from === to ? daysInWords(days) : `${daysInWords(days)} ${from}–${to}`

const UNIT = { hourly: 'hour', daily: 'day', weekly: 'week', monthly: 'month', custom: 'hour' } as const
/** `changes every 2 weeks on Monday at 09:00`. */
export function rotationInWords({ rotation, length, handoff_time, handoff_day, start_date }: Layer): string {
  const unit = UNIT[rotation]
  const every = length === 1 ? `every ${unit}` : `every ${length} ${unit}s`
  if (unit === 'hour') return `changes ${every}, first at ${handoff_time}`
  const day = rotation === 'weekly' ? (handoff_day ?? weekdayOf(start_date)) : null
  return `changes ${every}${day ? ` on ${weekdayName(day, 'long')}` : ''} at ${handoff_time}`
}

/** The weekday of `YYYY-MM-DD`; Monday for what is no date. */
export function weekdayOf(date: string): Weekday {
  const day = new Date(`${date}T12:00:00Z`).getUTCDay()
  return WEEK.find((one) => one % 7 === day) ?? 1
}
