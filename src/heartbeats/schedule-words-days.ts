import type { Calendar } from '#heartbeats/define'
import { isAll, type Pattern } from '#heartbeats/schedule-pattern'

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
const MONTHS = 'January February March April May June July August September October November December'.split(' ')
const NTH: Record<number, string> = { 1: 'first', 2: 'second', 3: 'third', 4: 'fourth', 5: 'fifth', [-1]: 'last' }

/** "a, b and c" */
export const together = (words: readonly (string | number)[], last = 'and') =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`

const nameOf = (names: string[], number: number) => names[number - 1] ?? `${number}`
/** "Monday to Friday", "Saturday and Sunday". */
function rangeOf(names: string[], numbers: readonly number[]): string {
  const [first = 0] = numbers
  const last = numbers.at(-1) ?? 0
  const whole = numbers.length > 2 && last - first === numbers.length - 1
  return whole
    ? `${nameOf(names, first)} to ${nameOf(names, last)}`
    : together(numbers.map((number) => nameOf(names, number)))
}
export const weekdayWords = (weekdays: readonly number[]) => rangeOf(WEEKDAYS, weekdays)

const MOST_DAYS = 8
function monthDayWords({ days, fromEnd, lastWorkday }: Pattern): string | null {
  if (lastWorkday) return days?.length || fromEnd.length > 0 ? null : 'the last working day of the month'
  const numbers = days ?? []
  const parts: string[] = []
  const whole = numbers.length > 2 && (numbers.at(-1) ?? 0) - (numbers[0] ?? 0) === numbers.length - 1
  if (whole) parts.push(`days ${numbers[0]} to ${numbers.at(-1)}`)
  else if (numbers.length > MOST_DAYS) return null
  else if (numbers.length > 0) parts.push(`${numbers.length > 1 ? 'days' : 'day'} ${together(numbers)}`)
  if (fromEnd.length > 0) {
    if (fromEnd.length > 1 || fromEnd[0] !== 1) return fromEndWords(fromEnd, parts)
    parts.push('the last day')
  }
  return parts.length > 0 ? `${together(parts)} of the month` : null
}
function fromEndWords(fromEnd: number[], parts: string[]): string | null {
  const many = fromEnd.length
  if (parts.length > 0) return null
  if (many > 1) return fromEnd[many - 1] === many ? `the last ${many} days of the month` : null
  return fromEnd[0] === 2
    ? 'the last day but one of the month'
    : `the last day but ${(fromEnd[0] ?? 0) - 1} of the month`
}

function weekWords({ weekdays, nth }: Pattern): string | null {
  if (nth.length === 0) return weekdays ? weekdayWords(weekdays) : null
  if (weekdays?.length) return null
  return `the ${together(nth.map(({ weekday, nth: count }) => `${NTH[count]} ${nameOf(WEEKDAYS, weekday)}`))} of the month`
}

/** On which days, to be said after the time: "on Monday to Friday"; empty: every day; null: too odd for words. */
export function dayWords(pattern: Pattern): string | null {
  const { months, days, weekdays, fromEnd, lastWorkday } = pattern
  if (pattern.years) return null
  const anyDay = !lastWorkday && fromEnd.length === 0 && (days === null || isAll(days, 1, 31))
  const anyWeekday = weekdays === null || isAll(weekdays, 1, 7)
  const someMonths = months.length < 12
  const inMonths = someMonths ? ` in ${rangeOf(MONTHS, months)}` : ''
  if ((anyDay && anyWeekday) || (pattern.either && (anyDay || anyWeekday))) return inMonths.trim()
  const [month = 1] = months
  const exact = anyWeekday && months.length === 1 && fromEnd.length === 0 && !lastWorkday && days?.length === 1
  if (exact) return `on ${days[0]} ${nameOf(MONTHS, month)}`
  const [byMonth, byWeek] = [anyDay ? '' : monthDayWords(pattern), anyWeekday ? '' : weekWords(pattern)]
  if (byMonth === null || byWeek === null) return null
  if (byMonth === '' || byWeek === '') return `on ${byMonth}${byWeek}${inMonths}`
  if (pattern.either) return `on ${byMonth}, or on ${byWeek},${inMonths}`.replace(/,$/, '')
  return `on ${byMonth} if it is ${pattern.nth.length > 0 ? byWeek : weekdayChoice(weekdays ?? [])}${inMonths}`
}
const weekdayChoice = (weekdays: readonly number[]) =>
  `a ${together(
    weekdays.map((day) => nameOf(WEEKDAYS, day)),
    'or',
  )}`

const MOST_DATES = 3
const dateWords = (date: string) =>
  date.length > 5 ? date : `${Number(date.slice(3))} ${nameOf(MONTHS, Number(date.slice(0, 2)))}`
/** What the calendar of a schedule leaves out, to be said at the end. */
export function onlyWords({ weekdays, except = [] }: Calendar): string {
  const days = weekdays && weekdays.length < 7 ? `, ${weekdayWords([...weekdays].sort((a, b) => a - b))} only` : ''
  if (except.length === 0) return days
  return `${days}, not on ${except.length > MOST_DATES ? `${except.length} dates` : together(except.map(dateWords))}`
}
