import { expect, test } from 'bun:test'
import { whenWords } from './when'

test('a hand-off is said with today and tomorrow, or with its weekday, on the clocks of the zone', () => {
  const now = Date.parse('2026-12-30T22:30:00Z')
  const said = (at: string, zone = 'UTC') => whenWords(Date.parse(at), zone, now)
  expect(said('2026-12-30T23:00:00Z')).toBe('today, 23:00')
  expect(said('2026-12-31T09:00:00Z')).toBe('tomorrow, 09:00')
  expect(said('2026-12-30T23:00:00Z', 'Europe/Berlin')).toBe('tomorrow, 00:00')
  expect(said('2027-01-04T09:00:00Z')).toBe('Mon 4 Jan 2027, 09:00')
  expect(said('2026-12-28T09:00:00Z')).toBe('Mon 28 Dec, 09:00')
})
