import { expect, test } from 'bun:test'
import type { IntervalStatus } from '#contract/statuses'
import { daysOf, hoursOf, type Span, secondsIn, uptimeOf } from '#engine/uptime'
import { lastDays } from '#kernel/days'

const NOW = Date.parse('2026-05-10T12:30:00.000Z')
const HOUR = 3_600_000
const DAY = 24 * HOUR
/** Intervals one after the other, ending now: `['up', 24]` is 24 hours. */
function lasting(...parts: [IntervalStatus | null, hours: number][]): Span[] {
  let at = NOW - parts.reduce((sum, [, hours]) => sum + hours, 0) * HOUR
  return parts.flatMap(([status, hours], i) => {
    const from = at
    at += hours * HOUR
    return status ? [{ status, from, until: i === parts.length - 1 ? Number.POSITIVE_INFINITY : at }] : []
  })
}
const uptime = (spans: Span[], hours = 100) => uptimeOf(secondsIn(spans, NOW - hours * HOUR, NOW))

test.each([
  ['always up', lasting(['up', 100]), 1],
  ['an hour in a hundred', lasting(['up', 50], ['down', 1], ['up', 49]), 0.99],
  ['slow is still up', lasting(['up', 50], ['degraded', 50]), 1],
  ['what is unknown counts for neither side', lasting(['up', 40], ['unknown', 50], ['down', 10]), 0.8],
  ['nor maintenance, nor a pause', lasting(['maintenance', 30], ['paused', 20], ['up', 25], ['down', 25]), 0.5],
  ['nor time before the monitor existed', lasting(['down', 1], ['up', 1]), 0.5],
  ['nor a hole', lasting(['up', 10], [null, 50], ['down', 40]), 0.2],
  ['never judged', lasting(['unknown', 100]), null],
  ['no data', [], null],
] as const)('uptime: %s', (_, spans, share) => {
  const found = uptime([...spans])
  if (share === null) expect(found).toBeNull()
  else expect(found).toBeCloseTo(share, 10)
})

test('only the part of an outage inside the window counts', () => {
  const spans = lasting(['down', 60], ['up', 40])
  expect(uptime(spans, 50)).toBeCloseTo(0.8, 10)
  expect(secondsIn(spans, NOW - 50 * HOUR, NOW).down).toBe(10 * 3_600)
})

test('an outage over midnight is split between its days', () => {
  // Now is 12:30; the outage lasted from 23:30 to 01:30.
  const days = daysOf(lasting(['up', 48], ['down', 2], ['up', 11]), lastDays('UTC', NOW, 3))
  expect(days.map(({ date, down_s, status }) => [date, down_s, status])).toEqual([
    ['2026-05-08', 0, 'up'],
    ['2026-05-09', 1_800, 'down'],
    ['2026-05-10', 5_400, 'down'],
  ])
  expect(days[1]!.uptime).toBeCloseTo(1 - 0.5 / 24, 10)
  // Today is judged by the time that has passed.
  expect(days[2]!.uptime).toBeCloseTo(1 - 1.5 / 12.5, 10)
})

test('ninety days of a monitor made yesterday are mostly empty', () => {
  const days = daysOf(lasting(['up', 30]), lastDays('UTC', NOW, 90))
  expect(days).toHaveLength(90)
  expect(days.filter(({ status }) => status === 'none')).toHaveLength(88)
  expect(days[0]!.uptime).toBeNull()
  expect(days.at(-1)!.date).toBe('2026-05-10')
})

test('the hours of a day in letters, the worst of each hour', () => {
  // It is half past twelve: the first hour begins at 13:00 yesterday, the last one has lasted 30 minutes.
  const spans = lasting(['up', 5], ['down', 0.1], ['up', 3.9], ['paused', 2], ['up', 1.5])
  const hours = hoursOf(spans, NOW)
  expect(hours).toHaveLength(24)
  expect(hours).toBe('nnnnnnnnnnnuuuuuxuuuppuu')
  expect(hoursOf(lasting(['maintenance', 24]), NOW)).toBe('m'.repeat(24))
  expect(hoursOf([{ status: 'degraded', from: NOW - 2 * DAY, until: Number.POSITIVE_INFINITY }], NOW)).toBe(
    'd'.repeat(24),
  )
})
