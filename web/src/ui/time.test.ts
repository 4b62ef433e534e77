import { expect, test } from 'bun:test'
import { dateTime, exact, relative } from './time'

const now = Date.parse('2026-11-23T14:08:00Z')

test('a moment is shown in the zone of the person, and the title names the zone', () => {
  expect(dateTime('2026-11-23T14:01:48Z', 'UTC', now)).toBe('Today, 14:01')
  expect(dateTime('2026-11-23T14:01:48Z', 'Asia/Kolkata', now)).toBe('Today, 19:31')
  expect(exact('2026-11-23T14:01:48Z', 'Europe/Berlin')).toBe('23 Nov 2026, 15:01:48 Europe/Berlin')
})

test('older moments name their day, and another year names itself', () => {
  expect(dateTime('2026-11-22T23:30:00Z', 'UTC', now)).toBe('Yesterday, 23:30')
  // Half past midnight in Berlin is today there.
  expect(dateTime('2026-11-22T23:30:00Z', 'Europe/Berlin', now)).toBe('Today, 00:30')
  expect(dateTime('2026-11-19T08:47:00Z', 'UTC', now)).toBe('19 Nov, 08:47')
  expect(dateTime('2025-03-04T10:00:00Z', 'UTC', now)).toBe('4 Mar 2025, 10:00')
})

test('the distance to a moment is said in one unit', () => {
  expect(relative('2026-11-23T14:07:58Z', now)).toBe('just now')
  expect(relative('2026-11-23T14:01:48Z', now)).toBe('6m ago')
  expect(relative('2026-11-26T14:08:00Z', now)).toBe('in 3d')
})
