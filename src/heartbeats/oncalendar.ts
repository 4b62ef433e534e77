import { type Pattern, sorted, upTo, Wrong } from '#heartbeats/schedule-pattern'
import { isZone } from '#kernel/days'

type Field = { name: string; min: number; max: number }
const YEAR = { name: 'year', min: 1970, max: 2199 }
const MONTH = { name: 'month', min: 1, max: 12 }
const DAY_OF_MONTH = { name: 'day', min: 1, max: 31 }
/** systemd counts no further from the end: every month has 28 days. */
const FROM_END = { name: 'day from the end of the month', min: 1, max: 28 }
const HOUR = { name: 'hour', min: 0, max: 23 }
const MINUTE = { name: 'minute', min: 0, max: 59 }
const SECOND = { name: 'second', min: 0, max: 59 }
const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']

const SHORTHANDS: Record<string, string> = {
  minutely: '*-*-* *:*:00',
  hourly: '*-*-* *:00:00',
  daily: '*-*-* 00:00:00',
  weekly: 'Mon *-*-* 00:00:00',
  monthly: '*-*-01 00:00:00',
  quarterly: '*-01,04,07,10-01 00:00:00',
  ...Object.fromEntries(
    ['semiannually', 'semi-annually', 'biannually', 'bi-annually'].map((word) => [word, '*-01,07-01 00:00:00']),
  ),
  ...Object.fromEntries(['yearly', 'annually', 'anually'].map((word) => [word, '*-01-01 00:00:00'])),
}

const wrong = (of: Field, why: string) => new Wrong(`has a wrong ${of.name}: ${why}`)

function numberOf(of: Field, text: string): number {
  if (of === SECOND && /^\d+\.\d+$/.test(text)) throw wrong(of, `${text} is not a whole number`)
  if (text === '') throw wrong(of, 'a number is missing')
  let value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  // As systemd: 26 is 2026 and 99 is 1999.
  if (of === YEAR && value < 100) value += value < 70 ? 2000 : 1900
  if (!(value >= of.min && value <= of.max)) throw wrong(of, `${text} is not ${of.min} to ${of.max}`)
  return value
}

/** One part of a list: `5`, `1..5`, `0/15`, `1..5/2`. Days from the end count downwards, to the last day of the month. */
function part(of: Field, text: string): number[] {
  const [range = '', stepText, ...steps] = text.split('/')
  const [first = '', last, ...ends] = range.split('..')
  if (steps.length > 0 || ends.length > 0) throw wrong(of, `${text} is not a range such as 1..5 or a step such as 0/15`)
  if (first === '*')
    throw wrong(of, stepText === undefined ? '* stands alone' : `write ${of.min}/${stepText} instead of ${text}`)
  const from = numberOf(of, first)
  const until = last === undefined ? undefined : numberOf(of, last)
  if (until !== undefined && until < from) throw wrong(of, `${range} goes backwards`)
  if (stepText === undefined) return upTo(from, until ?? from)
  const step = /^\d{1,9}$/.test(stepText) ? Number(stepText) : 0
  if (step === 0) throw wrong(of, `the step after the slash must be a number from 1, not ${stepText || 'nothing'}`)
  const down = of === FROM_END && until === undefined
  const never = down ? from - step < 1 : until === undefined && from + step > of.max
  if (never) throw wrong(of, `${text} never comes to its second time; write ${from}`)
  return down ? upTo(0, from - 1, step).map((back) => from - back) : upTo(from, until ?? of.max, step)
}
const chain = (of: Field, text: string): number[] | null =>
  text === '*' ? null : sorted(text.split(',').flatMap((term) => part(of, term)))

function weekdayOf(text: string): number {
  const found = WEEKDAYS.findIndex((day) => day === text || day.slice(0, 3) === text)
  if (found < 0) throw new Wrong(`has a wrong day of the week: ${text || 'nothing'} is not Mon to Sun`)
  return found + 1
}
function weekdaysOf(text: string): number[] {
  // A comma may stand at the end, as in “Mon, 12:00”.
  const terms = text.toLowerCase().replace(/,$/, '').split(',')
  return sorted(
    terms.flatMap((term) => {
      const [first = '', last, ...more] = term.split(/\.\.|-/)
      if (more.length > 0) throw new Wrong(`has a wrong day of the week: ${term} is not a range such as Mon..Fri`)
      const from = weekdayOf(first)
      const until = last === undefined ? from : weekdayOf(last)
      if (from > until)
        throw new Wrong(`has a wrong day of the week: ${term} goes backwards; the week begins on Monday`)
      return upTo(from, until)
    }),
  )
}

type Dates = Pick<Pattern, 'years' | 'months' | 'days' | 'fromEnd'>
const everyDay: Dates = { years: null, months: upTo(1, 12), days: null, fromEnd: [] }
function datesOf(text: string): Dates {
  const [head = '', back, ...tildes] = text.split('~')
  const parts = back === undefined ? head.split('-') : [...head.split('-'), back]
  if (tildes.length > 0 || parts.length < 2 || parts.length > 3 || back?.includes('-'))
    throw new Wrong(`has a wrong date: ${text} is not like 2026-12-24, *-*-01 or *-*~01`)
  const [day = '', month = '', year = '*'] = parts.reverse()
  const days = chain(back === undefined ? DAY_OF_MONTH : FROM_END, day)
  return {
    years: chain(YEAR, year),
    months: chain(MONTH, month) ?? everyDay.months,
    ...(back === undefined || days === null ? { days, fromEnd: [] } : { days: [], fromEnd: days }),
  }
}

type Times = Pick<Pattern, 'hours' | 'minutes' | 'seconds'>
function timesOf(text: string): Times {
  const [hour = '', minute = '', second = '00', ...more] = text.split(':')
  if (more.length > 0) throw new Wrong(`has a wrong time: ${text} is not like 02:00 or 02:00:00`)
  return {
    hours: chain(HOUR, hour) ?? upTo(0, 23),
    minutes: chain(MINUTE, minute) ?? upTo(0, 59),
    seconds: chain(SECOND, second) ?? upTo(0, 59),
  }
}

export type OnCalendar = Pattern & { timezone?: string }
const ORDER = 'must be a weekday, a date and a time, in this order, such as Mon..Fri *-*-* 02:00:00'

function readLine(line: string): OnCalendar {
  const words = line.trim().split(/\s+/)
  const last = words.at(-1) ?? ''
  const timezone = words.length > 1 && /^[a-z]/i.test(last) && isZone(last) ? words.pop() : undefined
  const short = words.length === 1 ? SHORTHANDS[words[0]?.toLowerCase() ?? ''] : undefined
  const rest = short?.split(' ') ?? words
  const isWeekday = (word: string) => WEEKDAYS.some((day) => word.toLowerCase().startsWith(day.slice(0, 3)))
  if (!timezone && words.length > 1 && /^[a-z]/i.test(last) && !isWeekday(last))
    throw new Wrong(`ends with ${last}, which is not a time zone such as Europe/Berlin`)
  const weekdays = /^[a-z]/i.test(rest[0] ?? '') ? weekdaysOf(rest.shift() ?? '') : null
  const dates = /[-~]/.test(rest[0] ?? '') ? datesOf(rest.shift() ?? '') : everyDay
  const times = rest[0]?.includes(':') ? timesOf(rest.shift() ?? '') : { hours: [0], minutes: [0], seconds: [0] }
  if (rest.length > 0) throw new Wrong(`${ORDER}; ${rest[0]} does not fit`)
  return {
    ...dates,
    ...times,
    ...{ weekdays, nth: [], lastWorkday: false, either: false },
    ...(timezone !== undefined && { timezone }),
  }
}

const MOST_LINES = 20
/** Reads OnCalendar expressions, one a line, as systemd.time(7) has them; throws `Wrong`. */
export function readOnCalendar(text: string): OnCalendar[] {
  const lines = text.split('\n')
  const there = lines.filter((line) => line.trim() !== '')
  if (there.length === 0) throw new Wrong(ORDER)
  if (there.length > MOST_LINES) throw new Wrong(`must have at most ${MOST_LINES} lines`)
  return lines.flatMap((line, i) => {
    if (line.trim() === '') return []
    try {
      return readLine(line)
    } catch (error) {
      if (error instanceof Wrong && there.length > 1) throw new Wrong(`${error.message} (line ${i + 1})`)
      throw error
    }
  })
}
