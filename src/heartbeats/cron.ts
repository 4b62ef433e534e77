import { type Pattern, sorted, upTo, Wrong } from '#heartbeats/schedule-pattern'

type Field = { name: string; min: number; max: number; names: string[] }
const field = (name: string, min: number, max: number, names = '') => ({ name, min, max, names: names.split(' ') })
const MINUTE = field('minute', 0, 59)
const HOUR = field('hour', 0, 23)
const DAY_OF_MONTH = field('day of the month', 1, 31)
const MONTH = field('month', 1, 12, '- JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC')
const WEEKDAY = field('day of the week', 0, 7, 'SUN MON TUE WED THU FRI SAT')
const FIELDS = [MINUTE, HOUR, DAY_OF_MONTH, MONTH, WEEKDAY]

const MACROS: Record<string, string> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}

const allowed = ({ min, max, names }: Field) =>
  `${min} to ${max}${names.length > 1 ? `, or ${names.find((name) => name.length > 1)} to ${names.at(-1)}` : ''}`
const wrong = (of: Field, why: string) =>
  new Wrong(`has a wrong ${of.name} (field ${FIELDS.indexOf(of) + 1} of 5): ${why}`)

function numberOf(of: Field, text: string): number {
  const named = text.length > 1 ? of.names.indexOf(text) : -1
  if (named >= 0) return named
  if (text === '') throw wrong(of, 'a number is missing')
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= of.min && value <= of.max)) throw wrong(of, `${text} is not ${allowed(of)}`)
  return value
}

function stepped(of: Field, term: string, stepText: string): number[] {
  const step = /^\d{1,9}$/.test(stepText) ? Number(stepText) : 0
  if (step === 0) throw wrong(of, `the step after the slash must be a number from 1, not ${stepText || 'nothing'}`)
  // As cronsim and cronie read it: 5/15 begins at 5 and goes on to the end.
  const open = term !== '*' && !term.includes('-')
  const all = open ? upTo(numberOf(of, term), of.max) : simple(of, term)
  return all.filter((_, i) => i % step === 0)
}

/** Numbers of one part of a list. */
function simple(of: Field, term: string): number[] {
  if (term === '*') return upTo(of.min, of.max)
  if (term === '?') throw wrong(of, '? is of another cron (Quartz); write *')
  const [before = '', after, ...more] = term.split('/')
  if (more.length > 0) throw wrong(of, `${term} has two slashes`)
  if (after !== undefined) return stepped(of, before, after)
  const [first = '', last, ...others] = term.split('-')
  if (last === undefined) return [numberOf(of, first)]
  if (others.length > 0) throw wrong(of, `${term} has two hyphens`)
  const [from, until] = [numberOf(of, first), numberOf(of, last)]
  if (from > until) {
    const hint =
      of === WEEKDAY && until === 0 ? 'Sunday at the end of a range is 7' : `write ${first}-${of.max},${of.min}-${last}`
    throw wrong(of, `${term} goes backwards; ${hint}`)
  }
  return upTo(from, until)
}

const isoOf = (weekday: number) => weekday || 7

type Special = Pick<Pattern, 'fromEnd' | 'lastWorkday' | 'nth'>
/** What only a day can be: L, LW, 5L, 5#2. False if the term is nothing of that. */
function special(of: Field, term: string, into: Special): boolean {
  if (of === DAY_OF_MONTH && term === 'L') into.fromEnd = [1]
  else if (of === DAY_OF_MONTH && term === 'LW') into.lastWorkday = true
  else if (of === WEEKDAY && term.length > 1 && term.endsWith('L'))
    into.nth.push({ weekday: isoOf(numberOf(of, term.slice(0, -1))), nth: -1 })
  else if (of === WEEKDAY && term.includes('#')) {
    const [day = '', nth = ''] = term.split('#', 2)
    if (!/^[1-5]$/.test(nth)) throw wrong(of, `after # comes 1 to 5, not ${nth || 'nothing'}`)
    into.nth.push({ weekday: isoOf(numberOf(of, day)), nth: Number(nth) })
  } else return false
  return true
}

export type Cron = Pattern & {
  /** A job at certain times, as opposed to one of every so many minutes or hours; told apart as Debian's cron does. */
  fixed: boolean
}

function wordsOf(text: string): string[] {
  const words = text.trim().toUpperCase().split(/\s+/)
  const [first = ''] = words
  if (first.includes('=')) throw new Wrong('begins with a setting; the time zone has a field of its own')
  if (first.startsWith('@')) {
    const macro = MACROS[first.toLowerCase()]
    if (first === '@REBOOT') throw new Wrong('has no times: nobody knows when the machine starts')
    if (!macro || words.length > 1) throw new Wrong(`must be five fields or one of ${Object.keys(MACROS).join(', ')}`)
    return macro.split(' ')
  }
  if (words.length === 5) return words
  const count = text.trim() === '' ? 0 : words.length
  // A sixth field of seconds is numbers; anything else is what cron would run.
  const command = !/^[\d*][\d*/,-]*$/.test(words.slice(5).join(''))
  const hint = count === 6 && !command ? '; seconds are not supported' : count > 5 ? '; leave the command out' : ''
  throw new Wrong(
    `has ${count} ${count === 1 ? 'field' : 'fields'} and must have five: minute, hour, day of the month, month, day of the week${hint}`,
  )
}

/** Reads a cron expression; throws `Wrong` with what is wrong, where, and what is allowed. */
export function readCron(text: string): Cron {
  const words = wordsOf(text)
  const days: Special = { fromEnd: [], lastWorkday: false, nth: [] }
  const numbers = FIELDS.map((of, i) => {
    const terms = words[i]?.split(',') ?? []
    return sorted(terms.flatMap((term) => (special(of, term, days) ? [] : simple(of, term))))
  })
  const [minutes = [], hours = [], monthDays = [], months = [], weekdays = []] = numbers
  const [minute = '', hour = '', day = '', , weekday = ''] = words
  return {
    ...{ years: null, months, hours, minutes, seconds: [0], ...days },
    days: day === '*' ? null : monthDays,
    weekdays: weekday === '*' ? null : sorted(weekdays.map(isoOf)),
    either: !day.startsWith('*') && !weekday.startsWith('*'),
    fixed: !minute.startsWith('*') && !hour.startsWith('*'),
  }
}
