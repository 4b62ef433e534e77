import type { Calendar } from '#heartbeats/define'
import { DAY } from '#kernel/wall'

const dateOf = (day: number) => new Date(day * DAY).toISOString().slice(0, 10)
/** As in ISO 8601: 1 is Monday. 1970-01-01 was a Thursday. */
export const weekdayOf = (day: number) => ((((day + 3) % 7) + 7) % 7) + 1

/** Whether nothing is expected on a day, counted from 1970-01-01; made once for all days that are asked about. */
export function offDays(only: Calendar | undefined): (day: number) => boolean {
  const weekdays = only?.weekdays
  const except = only?.except?.length ? new Set(only.except) : undefined
  if (!weekdays && !except) return () => false
  return (day) => {
    if (weekdays && !weekdays.includes(weekdayOf(day))) return true
    if (!except) return false
    const date = dateOf(day)
    return except.has(date) || except.has(date.slice(5))
  }
}

/** Whether nothing is expected on a date such as `2026-12-24`. */
export const isOff = (only: Calendar | undefined, date: string): boolean =>
  offDays(only)(Math.floor(Date.parse(`${date}T00:00:00Z`) / DAY))

const REAL = /^(?:(\d{4})-)?(\d{2})-(\d{2})$/
/** A date such as `2026-12-24`, or `12-25` of every year; 29 February of every year is real enough. */
export function isDate(text: string): boolean {
  const [, year = '2024', month, day] = REAL.exec(text) ?? []
  const at = Date.parse(`${year}-${month}-${day}T00:00:00Z`)
  return !Number.isNaN(at) && dateOf(at / DAY) === `${year}-${month}-${day}`
}

const MOST_DATES = 366
/** What is wrong with the days of a schedule. */
export function calendarFaults({ weekdays, except = [] }: Calendar): Record<string, string> {
  const faults: Record<string, string> = {}
  if (weekdays?.length === 0)
    faults['schedule.only.weekdays'] = 'must have at least one day; without the field all seven count'
  const strange = weekdays?.find((day) => !Number.isInteger(day) || day < 1 || day > 7)
  if (strange !== undefined)
    faults['schedule.only.weekdays'] = `must be numbers from 1 (Monday) to 7 (Sunday), not ${strange}`
  if (except.length > MOST_DATES) faults['schedule.only.except'] = `must have at most ${MOST_DATES} dates`
  const unreal = except.findIndex((date) => !isDate(date))
  if (unreal >= 0)
    faults['schedule.only.except'] =
      `must be dates such as 2026-12-24, or 12-25 for every year; number ${unreal + 1} is not one`
  return faults
}
