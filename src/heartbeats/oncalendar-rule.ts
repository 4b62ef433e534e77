import { weekdayOf } from '#heartbeats/calendar'
import { type OnCalendar, readOnCalendar } from '#heartbeats/oncalendar'
import { type Days, kept, MOST_DAYS, ruleOf } from '#heartbeats/wall-rule'
import { DAY, HORIZON, type Rule } from '#kernel/wall'

/** From the first day of a month: how many days it has. */
const lengthOf = (year: number, month: number) => new Date(Date.UTC(year, month, 0)).getUTCDate()

function daysOf({ years, months, days, fromEnd, weekdays }: OnCalendar): Days {
  const every = days === null
  const right = (day: number, length: number) => every || days.includes(day) || fromEnd.includes(length + 1 - day)
  const find: Days = (from) => {
    const begin = new Date(from * DAY)
    let [year, month, first] = [begin.getUTCFullYear(), begin.getUTCMonth() + 1, begin.getUTCDate()]
    for (let at = from; (at - from) * DAY < HORIZON; ) {
      const length = lengthOf(year, month)
      if (months.includes(month) && (!years || years.includes(year)))
        for (let day = first; day <= length; day++)
          if (right(day, length) && (!weekdays || weekdays.includes(weekdayOf(at + day - first))))
            return at + day - first
      at += length + 1 - first
      ;[year, month, first] = month === 12 ? [year + 1, 1, 1] : [year, month + 1, 1]
    }
    return null
  }
  return every && !years && !weekdays && months.length === 12 ? (from) => from : kept(find, MOST_DAYS)
}

/** The rules of all lines, with the time zone of a line that names one; throws `Wrong`. */
export const onCalendarRules = kept((text: string): { rule: Rule; timezone?: string }[] =>
  readOnCalendar(text).map((line) => ({
    rule: ruleOf(daysOf(line), line, 'skipped'),
    ...(line.timezone !== undefined && { timezone: line.timezone }),
  })),
)
