import { readCron } from '#heartbeats/cron'
import type { Schedule } from '#heartbeats/define'
import { readOnCalendar } from '#heartbeats/oncalendar'
import { isAll, type Pattern, Wrong } from '#heartbeats/schedule-pattern'
import { dayWords, onlyWords, together } from '#heartbeats/schedule-words-days'
import { kept } from '#heartbeats/wall-rule'
import { duration } from '#kernel/words'

const two = (number: number) => String(number).padStart(2, '0')
const clock = (hour: number, minute: number, second = 0) =>
  `${two(hour)}:${two(minute)}${second ? `:${two(second)}` : ''}`

/** The step of numbers that are evenly spaced over the whole field, from the first one on; 0 if they are not. */
function stepOf(numbers: readonly number[], size: number): number {
  const [first = 0, second = 0] = numbers
  const step = second - first
  const even = numbers.length > 1 && size % step === 0 && first < step && numbers.length === size / step
  return even && numbers.every((number, i) => number === first + i * step) ? step : 0
}
const isRange = (numbers: readonly number[]) =>
  numbers.length > 2 && (numbers.at(-1) ?? 0) - (numbers[0] ?? 0) === numbers.length - 1

const MOST_MINUTES = 4
/** Which minutes of an hour. */
function minuteWords(minutes: readonly number[]): string | null {
  if (isAll(minutes, 0, 59)) return 'every minute'
  const [first = 0] = minutes
  const step = stepOf(minutes, 60)
  if (step > 0) return `every ${step} min${first > 0 ? ` from minute ${first}` : ''}`
  if (minutes.length === 1) return first === 0 ? 'every hour' : `every hour at minute ${first}`
  return minutes.length <= MOST_MINUTES ? `every hour at minutes ${together(minutes)}` : null
}

const MOST_TIMES = 6
/** At which times of the day; null: too odd for words. */
function timeWords({ hours, minutes, seconds }: Pattern): string | null {
  const [hour = 0, minute = 0, second = 0] = [hours[0], minutes[0], seconds[0]]
  if (seconds.length > 1) return null
  if (isAll(hours, 0, 23)) return second === 0 ? minuteWords(minutes) : null
  const step = minutes.length === 1 ? stepOf(hours, 24) : 0
  if (step > 1 && hours.length > 2) {
    const from = hour + minute + second > 0 ? ` from ${clock(hour, minute, second)}` : ''
    return `every ${step} h${from}`
  }
  if (isRange(hours) || (hours.length === 1 && minutes.length > MOST_TIMES)) {
    const every = second === 0 ? minuteWords(minutes) : null
    if (every === null || every.includes('minute ') || every.includes('minutes '))
      return minutes.length === 1
        ? `every hour from ${clock(hour, minute, second)} to ${clock(hours.at(-1) ?? 0, minute, second)}`
        : null
    return `${every} from ${clock(hour, minute)} to ${clock(hours.at(-1) ?? 0, minutes.at(-1) ?? 0)}`
  }
  if (hours.length * minutes.length > MOST_TIMES) return null
  return `at ${together(hours.flatMap((h) => minutes.map((m) => clock(h, m, second))))}`
}

function patternWords(pattern: Pattern): string | null {
  const [times, days] = [timeWords(pattern), dayWords(pattern)]
  if (times === null || days === null) return null
  const daily = days === '' && times.startsWith('at ') ? 'every day' : days
  return daily === '' ? times : `${times} ${daily}`
}

/** Nothing if it is no expression. */
function read(schedule: Exclude<Schedule, { kind: 'interval' }>): (Pattern & { timezone?: string })[] {
  try {
    return schedule.kind === 'cron' ? [readCron(schedule.cron)] : readOnCalendar(schedule.oncalendar)
  } catch (error) {
    if (error instanceof Wrong) return []
    throw error
  }
}

/** A schedule as people say it; an expression that has no simple words is quoted. */
export function scheduleWords(schedule: Schedule): string {
  const only = schedule.only ? onlyWords(schedule.only) : ''
  if (schedule.kind === 'interval') {
    const every = duration(schedule.every_s).replace(/^1 (d|h|min|s)$/, (_, unit: string) => UNITS[unit] ?? unit)
    return `every ${every}${only}${only && ` (${schedule.timezone})`}`
  }
  const lines = read(schedule)
  const zones = new Set(lines.map(({ timezone = schedule.timezone }) => timezone))
  const words = lines.map((line) => {
    const said = patternWords(line)
    return said && zones.size > 1 ? `${said} (${line.timezone ?? schedule.timezone})` : said
  })
  const expression = schedule.kind === 'cron' ? schedule.cron : schedule.oncalendar
  if (words.length === 0 || words.includes(null))
    return `${expression.trim().replace(/\s*\n\s*/g, ', ')}${only} (${schedule.timezone})`
  const [zone = schedule.timezone] = zones
  return `${words.join(', and ')}${only}${zones.size > 1 ? '' : ` (${zone})`}`
}
const UNITS: Record<string, string> = { d: 'day', h: 'hour', min: 'minute', s: 'second' }

/** Where people live decides which abbreviations a language knows: CET is British, EST American, AEST Australian. */
const LANGUAGES = ['en-US', 'en-GB', 'en-AU', 'en-NZ', 'en-IN', 'en-ZA', 'en-CA']
const fields = {
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  timeZoneName: 'short',
} as const
const formats = kept(
  (timezone: string) =>
    LANGUAGES.map(
      (language) =>
        new Intl.DateTimeFormat(language, { timeZone: timezone, hourCycle: 'h23', calendar: 'gregory', ...fields }),
    ),
  200,
)
const nameless = /^GMT./

/** `2026-11-24 03:15 CET`; a zone without a common abbreviation has its distance from UTC. */
export function zonedTime(at: number, timezone: string): string {
  let parts: Record<string, string> = {}
  for (const format of formats(timezone)) {
    const found = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]))
    if (!parts.year || !nameless.test(found.timeZoneName ?? '')) parts = found
    if (!nameless.test(parts.timeZoneName ?? '')) break
  }
  const { year, month, day, hour, minute, timeZoneName = '' } = parts
  return `${year}-${month}-${day} ${hour}:${minute} ${timeZoneName.replace(/^GMT(?=.)/, 'UTC')}`
}
