import { expect, test } from 'bun:test'
import type { Calendar, Schedule } from '#heartbeats/define'
import { isOff, nextAfter, slotsBetween } from '#heartbeats/schedule'
import { iso, shown } from '#heartbeats/schedule.fixtures'

const HOUR = 3_600_000
const cron = (text: string, timezone = 'Europe/Berlin', only?: Calendar): Schedule => ({
  kind: 'cron',
  cron: text,
  timezone,
  ...(only && { only }),
})
const calendar = (oncalendar: string, timezone = 'Europe/Berlin'): Schedule => ({
  kind: 'oncalendar',
  oncalendar,
  timezone,
})
const every = (every_s: number, timezone: string, only?: Calendar): Schedule => ({
  kind: 'interval',
  every_s,
  timezone,
  ...(only && { only }),
})
/** The next times as the clock on the wall shows them; `from` in UTC. */
function times(schedule: Schedule, from: string, count: number): string[] {
  const slots: string[] = []
  let at = nextAfter(schedule, Date.parse(`${from}Z`))
  for (; at !== null && slots.length < count; at = nextAfter(schedule, at))
    slots.push(shown(schedule.timezone, at).slice(0, 16))
  return slots
}
const next = (schedule: Schedule, from: string) =>
  iso(nextAfter(schedule, Date.parse(`${from}Z`)) ?? Number.NaN).slice(0, 16)

test('days are those of the month, of the week, or both, as at cron; L, LW and # count from the ends', () => {
  const days = (expression: string, count = 3) =>
    times(cron(expression), '2026-01-01T12:00:00', count).map((at) => at.slice(0, 10))
  expect(days('0 0 13 * 5', 4)).toEqual(['2026-01-02', '2026-01-09', '2026-01-13', '2026-01-16'])
  expect(days('0 0 */13 * 5')).toEqual(['2026-02-27', '2026-03-27', '2026-05-01'])
  expect(days('0 0 L * *')).toEqual(['2026-01-31', '2026-02-28', '2026-03-31'])
  expect(days('0 0 LW * *')).toEqual(['2026-01-30', '2026-02-27', '2026-03-31'])
  expect(days('0 0 LW,1 * *')).toEqual(['2026-01-30', '2026-02-01', '2026-02-27'])
  expect(days('0 0 * * TUE#2')).toEqual(['2026-01-13', '2026-02-10', '2026-03-10'])
  expect(days('0 0 * * 5L')).toEqual(['2026-01-30', '2026-02-27', '2026-03-27'])
  expect(days('0 0 31 * *')).toEqual(['2026-01-31', '2026-03-31', '2026-05-31'])
  expect(days('0 0 29 2 *', 2)).toEqual(['2028-02-29', '2032-02-29'])
  expect(days('@weekly')).toEqual(['2026-01-04', '2026-01-11', '2026-01-18'])
  expect(days('0 0 * feb-mar mon', 2)).toEqual(['2026-02-02', '2026-02-09'])
})

test('slots on days that are off are left out', () => {
  const only = { weekdays: [1, 2, 3, 4, 5], except: ['12-25', '2026-12-28'] }
  expect(times(cron('0 9 * * *', 'Europe/Berlin', only), '2026-12-23T12:00:00', 4)).toEqual([
    ...['2026-12-24T09:00', '2026-12-29T09:00', '2026-12-30T09:00', '2026-12-31T09:00'],
  ])
  expect(times({ ...calendar('Sun 09:00'), only: { except: ['2026-03-29'] } }, '2026-03-22T12:00:00', 1)).toEqual([
    '2026-04-05T09:00',
  ])
  // A day is one of the schedule's zone, also where an expression brings its own: 23:30 in London is Saturday in Berlin.
  expect(next({ ...calendar('23:30 Europe/London'), only: { weekdays: [6] } }, '2026-01-05T00:00:00')).toBe(
    '2026-01-09T23:30',
  )
  expect([
    isOff(only, '2027-12-25'),
    isOff(only, '2026-12-26'),
    isOff(only, '2026-12-24'),
    isOff(undefined, '2026-12-26'),
  ]).toEqual([true, true, false, false])
})

test('the clock of an interval stands still on days that are off', () => {
  const workdays = { weekdays: [1, 2, 3, 4, 5] }
  // Friday evening, and what was left of the hour on Monday.
  expect(next(every(3_600, 'UTC', workdays), '2026-01-09T23:30:00')).toBe('2026-01-12T00:30')
  expect(next(every(86_400, 'UTC', workdays), '2026-01-09T15:00:00')).toBe('2026-01-12T15:00')
  expect(next(every(3_600, 'UTC', workdays), '2026-01-10T15:00:00')).toBe('2026-01-12T01:00')
  // It never falls on midnight of a day that is off.
  expect(next(every(3_600, 'UTC', workdays), '2026-01-09T23:00:00')).toBe('2026-01-12T00:00')
  // The Sunday on which Berlin loses an hour has 23 of them, half past midnight to half past midnight in summer time.
  expect(next(every(86_400, 'Europe/Berlin', { except: ['2026-01-01'] }), '2026-03-28T23:30:00')).toBe(
    '2026-03-29T23:30',
  )
  expect(next(every(86_400, 'Europe/Berlin', { except: ['2026-03-29'] }), '2026-03-28T22:00:00')).toBe(
    '2026-03-30T21:00',
  )
  expect(next(every(86_400, 'Europe/Berlin', { except: ['2026-10-25'] }), '2026-10-24T21:00:00')).toBe(
    '2026-10-26T22:00',
  )
  // The end of February of a leap year; a zone with a quarter of an hour.
  expect(next(every(7_200, 'Asia/Kathmandu', { except: ['02-29'] }), '2028-02-28T17:15:00')).toBe('2028-02-29T19:15')
  expect(next(every(31_536_000, 'UTC'), '2026-01-01T00:00:00')).toBe('2027-01-01T00:00')
})

test('intervals with days off: later never means sooner, and never on a day off', () => {
  const only = { weekdays: [2, 3, 6], except: ['03-28', '2026-10-24'] }
  for (const timezone of ['Europe/Berlin', 'Australia/Lord_Howe', 'Africa/Cairo', 'Asia/Kathmandu', 'Pacific/Chatham'])
    for (const every_s of [600, 86_400, 200_000]) {
      let before = 0
      for (let at = Date.UTC(2026, 2, 1); at < Date.UTC(2026, 10, 5); at += 7 * HOUR + 13_000) {
        const slot = nextAfter(every(every_s, timezone, only), at) ?? 0
        expect(slot - at).toBeGreaterThanOrEqual(every_s * 1_000)
        expect(slot).toBeGreaterThanOrEqual(before)
        expect(isOff(only, shown(timezone, slot).slice(0, 10))).toBe(false)
        before = slot
      }
    }
})

test('a day that a zone left out, Apia’s 30 December 2011, has no slots', () => {
  const days = (schedule: Schedule) => times(schedule, '2011-12-28T12:00:00', 4).map((at) => at.slice(5))
  expect(days(calendar('12:00', 'Pacific/Apia'))).toEqual(['12-28T12:00', '12-29T12:00', '12-31T12:00', '01-01T12:00'])
  expect(days(cron('0 12 * * *', 'Pacific/Apia'))).toEqual(['12-28T12:00', '12-29T12:00', '12-31T00:00', '12-31T12:00'])
  expect(days(cron('0 */12 * * *', 'Pacific/Apia'))).toEqual([
    '12-28T12:00',
    '12-29T00:00',
    '12-29T12:00',
    '12-31T00:00',
  ])
})

test('slots between two moments begin after the first, include the second, and are no more than asked for', () => {
  const [from, until] = [Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 2)]
  const hourly = cron('0 * * * *', 'UTC')
  expect(slotsBetween(hourly, from, until, 100)).toHaveLength(24)
  expect(slotsBetween(hourly, from, until, 100).at(-1)).toBe(until)
  expect(slotsBetween(hourly, from, until, 5)).toHaveLength(5)
  expect(slotsBetween(every(60, 'UTC'), from, until, 5)).toEqual([])
  expect(nextAfter(calendar('2027-02-03 04:05:06', 'UTC'), until)).toBe(Date.UTC(2027, 1, 3, 4, 5, 6))
  expect(nextAfter(calendar('2027-02-03', 'UTC'), Date.UTC(2027, 1, 3))).toBeNull()
})
