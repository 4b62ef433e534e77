import { expect, test } from 'bun:test'
import type { Calendar, Schedule } from '#heartbeats/define'
import { scheduleWords, zonedTime } from '#heartbeats/schedule-words'

const cron = (text: string, only?: Calendar): Schedule => ({
  kind: 'cron',
  cron: text,
  timezone: 'Europe/Berlin',
  ...(only && { only }),
})
const calendar = (oncalendar: string): Schedule => ({ kind: 'oncalendar', oncalendar, timezone: 'Europe/Berlin' })
const every = (every_s: number, only?: Calendar): Schedule => ({
  kind: 'interval',
  every_s,
  timezone: 'Europe/Berlin',
  ...(only && { only }),
})

const SAID = {
  '* * * * *': 'every minute',
  '*/5 * * * *': 'every 5 min',
  '3-59/15 * * * *': 'every 15 min from minute 3',
  '0 * * * *': 'every hour',
  '17 * * * *': 'every hour at minute 17',
  '5,20,50 * * * *': 'every hour at minutes 5, 20 and 50',
  '0 */6 * * *': 'every 6 h',
  '15 */2 * * *': 'every 2 h from 00:15',
  '15 3 * * *': 'at 03:15 every day',
  '15 3,15 * * *': 'at 03:15 and 15:15 every day',
  '15 3 * * 1-5': 'at 03:15 on Monday to Friday',
  '0 22 * * SAT,SUN': 'at 22:00 on Saturday and Sunday',
  '*/15 9-17 * * 1-5': 'every 15 min from 09:00 to 17:45 on Monday to Friday',
  '0 9-17 * * *': 'every hour from 09:00 to 17:00',
  '*/5 3 * * *': 'every 5 min from 03:00 to 03:55',
  '0 0 1 * *': 'at 00:00 on day 1 of the month',
  '0 0 1,15 * *': 'at 00:00 on days 1 and 15 of the month',
  '0 0 1,L * *': 'at 00:00 on day 1 and the last day of the month',
  '0 0 L * *': 'at 00:00 on the last day of the month',
  '0 0 LW * *': 'at 00:00 on the last working day of the month',
  '0 0 * * 1#1': 'at 00:00 on the first Monday of the month',
  '0 0 * * 5L': 'at 00:00 on the last Friday of the month',
  '0 0 13 * 5': 'at 00:00 on day 13 of the month, or on Friday',
  '0 0 */13 * 5': 'at 00:00 on days 1, 14 and 27 of the month if it is a Friday',
  '0 0 24 12 *': 'at 00:00 on 24 December',
  '0 0 1 1,7 *': 'at 00:00 on day 1 of the month in January and July',
  '0 0 * 6-8 *': 'at 00:00 in June to August',
  '@monthly': 'at 00:00 on day 1 of the month',
}
test('a cron expression is said in words', () => {
  for (const [expression, words] of Object.entries(SAID))
    expect(scheduleWords(cron(expression))).toBe(`${words} (Europe/Berlin)`)
})

test('what has no simple words, or is wrong, is quoted', () => {
  for (const expression of ['*/7 * * * *', '5,9,20,33,50 * * * *', '0 0 LW,3 * *', 'nonsense', ''])
    expect(scheduleWords(cron(expression))).toBe(`${expression} (Europe/Berlin)`)
  expect(scheduleWords(calendar('2026-12-24\n*:*:0/5'))).toBe('2026-12-24, *:*:0/5 (Europe/Berlin)')
})

test('OnCalendar is said in words, with the time zone of a line that has one', () => {
  expect(scheduleWords(calendar('daily'))).toBe('at 00:00 every day (Europe/Berlin)')
  expect(scheduleWords(calendar('Mon..Fri 02:30'))).toBe('at 02:30 on Monday to Friday (Europe/Berlin)')
  expect(scheduleWords(calendar('*-*~1 12:00'))).toBe('at 12:00 on the last day of the month (Europe/Berlin)')
  expect(scheduleWords(calendar('*-*~1..7 12:00'))).toBe('at 12:00 on the last 7 days of the month (Europe/Berlin)')
  expect(scheduleWords(calendar('Mon *-*-1..7 03:00'))).toBe(
    'at 03:00 on days 1 to 7 of the month if it is a Monday (Europe/Berlin)',
  )
  expect(scheduleWords(calendar('02:30 UTC'))).toBe('at 02:30 every day (UTC)')
  expect(scheduleWords(calendar('Sat 06:00\n18:00:30 Asia/Tokyo'))).toBe(
    'at 06:00 on Saturday (Europe/Berlin), and at 18:00:30 every day (Asia/Tokyo)',
  )
})

test('an interval and its days off are said in words', () => {
  expect(scheduleWords(every(300))).toBe('every 5 min')
  expect(scheduleWords(every(86_400))).toBe('every day')
  expect(scheduleWords(every(5_400))).toBe('every 1 h 30 min')
  const only = { weekdays: [5, 1, 2, 3, 4], except: ['12-24', '2026-12-31'] }
  expect(scheduleWords(every(3_600, only))).toBe(
    'every hour, Monday to Friday only, not on 24 December and 2026-12-31 (Europe/Berlin)',
  )
  expect(scheduleWords(cron('0 9 * * *', { except: ['01-01', '05-01', '12-25', '12-26'] }))).toBe(
    'at 09:00 every day, not on 4 dates (Europe/Berlin)',
  )
})

test('a moment is shown with the name of its time zone, or its distance from UTC', () => {
  const at = Date.UTC(2026, 10, 24, 2, 15)
  expect(zonedTime(at, 'Europe/Berlin')).toBe('2026-11-24 03:15 CET')
  expect(zonedTime(Date.UTC(2026, 6, 1), 'Europe/Berlin')).toBe('2026-07-01 02:00 CEST')
  expect(zonedTime(at, 'America/New_York')).toBe('2026-11-23 21:15 EST')
  expect(zonedTime(at, 'Australia/Sydney')).toBe('2026-11-24 13:15 AEDT')
  expect(zonedTime(at, 'Asia/Kathmandu')).toBe('2026-11-24 08:00 UTC+5:45')
  expect(zonedTime(at, 'UTC')).toBe('2026-11-24 02:15 UTC')
})
