import type { Schedule } from '@/types'

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
const isPlain = (field: string) => /^[\d*,/-]+$/.test(field)

/** One field of a crontab as a calendar of systemd has it: `1-5` is `1..5`, and steps begin at the smallest value. */
const partOf = (field: string, first: number, digits: number) =>
  field
    .split(',')
    .map((part) =>
      part
        .replace(/^\*\/(\d+)$/, `${String(first).padStart(digits, '0')}/$1`)
        .replace('-', '..')
        .replace(/(?<!\/)\b\d+\b/g, (number) => number.padStart(digits, '0')),
    )
    .join(',')

const weekdaysOf = (field: string) =>
  field
    .split(',')
    .map((part) => part.replace('-', '..').replace(/\d/g, (day) => DAYS[Number(day)] ?? day))
    .join(',')

/** A crontab's five fields as lines for a timer; nothing when they have no such form. */
export function calendarsOf(cron: string): string[] | null {
  const fields = cron.trim().split(/\s+/)
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields
  if (fields.length !== 5 || !fields.every(isPlain) || weekday.includes('/')) return null
  // A wrapped range such as 5-1 means something else there.
  const clock = `${partOf(hour, 0, 2)}:${partOf(minute, 0, 2)}:00`
  const date = (of: string) => `*-${partOf(month, 1, 2)}-${partOf(of, 1, 2)}`
  if (weekday === '*') return [`${date(day)} ${clock}`]
  const onWeekdays = `${weekdaysOf(weekday)} ${date('*')} ${clock}`
  // Restricted both ways, cron runs on either.
  return day === '*' ? [onWeekdays] : [`${date(day)} ${clock}`, onWeekdays]
}

/** The lines of `[Timer]` that start a job when it is expected here. */
export function timerOf(schedule: Schedule): string[] {
  const { kind, every_s = 86_400, cron = '', oncalendar = '', timezone } = schedule
  if (kind === 'interval') return ['OnBootSec=1min', `OnUnitActiveSec=${every_s}s`]
  const calendars = kind === 'cron' ? calendarsOf(cron) : oncalendar.split('\n').filter((line) => line.trim())
  if (!calendars) return [`# The times of the crontab: ${cron}`, 'OnCalendar=']
  // An expression may name its own zone.
  return calendars.map(
    (line) => `OnCalendar=${/ [A-Z][A-Za-z_]*(\/[A-Za-z_]+)*$/.test(line) ? line : `${line} ${timezone}`}`,
  )
}
