import { expect, test } from 'bun:test'
import { isZone, lastDays } from '#kernel/days'

const HOUR = 3_600_000
const hours = (zone: string, now: string, count: number) =>
  lastDays(zone, Date.parse(now), count).map(({ date, from, until }) => `${date} ${(until - from) / HOUR}`)

test('a day in UTC has 24 hours and today ends now', () =>
  expect(hours('UTC', '2026-05-01T06:00:00Z', 3)).toEqual(['2026-04-29 24', '2026-04-30 24', '2026-05-01 6']))

test('the day the clocks go forward has 23 hours, the day they go back has 25', () => {
  expect(hours('Europe/Berlin', '2026-03-30T10:00:00Z', 3)).toEqual(['2026-03-28 24', '2026-03-29 23', '2026-03-30 12'])
  expect(hours('Europe/Berlin', '2026-10-26T11:00:00Z', 2)).toEqual(['2026-10-25 25', '2026-10-26 12'])
})

test('a day whose midnight does not exist begins when the clocks jump', () => {
  // Beirut goes from 00:00 to 01:00: 29 March 2026 starts at 22:00 UTC and is 23 hours long.
  const [day] = lastDays('Asia/Beirut', Date.parse('2026-03-30T12:00:00Z'), 2)
  expect([day?.date, new Date(day?.from ?? 0).toISOString()]).toEqual(['2026-03-29', '2026-03-28T22:00:00.000Z'])
  expect(((day?.until ?? 0) - (day?.from ?? 0)) / HOUR).toBe(23)
})

test('zones ahead of and behind UTC disagree about today', () => {
  const now = Date.parse('2026-05-01T11:30:00Z')
  expect(lastDays('Pacific/Auckland', now, 1)[0]?.date).toBe('2026-05-01')
  expect(lastDays('Pacific/Kiritimati', now, 1)[0]?.date).toBe('2026-05-02')
  expect(lastDays('Asia/Kathmandu', now, 1)[0]?.from).toBe(Date.parse('2026-04-30T18:15:00Z'))
})

test('days join without a gap over a year in every kind of zone', () => {
  for (const zone of ['America/New_York', 'Australia/Lord_Howe', 'Africa/Cairo', 'Asia/Tokyo']) {
    const days = lastDays(zone, Date.parse('2026-12-31T23:00:00Z'), 365)
    for (const [i, day] of days.entries()) expect(day.from).toBe(days[i - 1]?.until ?? day.from)
  }
})

test('an unknown zone is told apart', () =>
  expect([isZone('Europe/Berlin'), isZone('Mars/Base')]).toEqual([true, false]))

test('the years 99 and 100 follow each other, and end', () => {
  expect(hours('UTC', '0100-01-02T06:00:00Z', 3)).toEqual(['0099-12-31 24', '0100-01-01 24', '0100-01-02 6'])
})
