import { expect, test } from 'bun:test'
import { intervalStatuses } from '#contract/statuses'
import { type Span, secondsIn } from '#engine/uptime'
import { sumsByDay } from '#engine/uptime-totals'
import { daysBetween } from '#kernel/days'

const HOUR = 3_600_000

test.each([
  ['UTC', '2026-05-01T10:30:00.000Z', '2026-05-09T03:15:00.000Z'],
  ['Europe/Berlin', '2026-03-20T00:00:00.000Z', '2026-04-08T22:00:00.000Z'],
  ['America/New_York', '2026-10-25T12:00:00.000Z', '2026-11-08T12:00:00.000Z'],
  ['Asia/Kathmandu', '2026-05-01T00:00:00.000Z', '2026-05-02T00:00:00.000Z'],
])('days of %s are summed up as if each were looked at by itself, also where the clocks change', (zone, begin, end) => {
  const [from, until] = [Date.parse(begin), Date.parse(end)]
  const days = daysBetween(zone, from, until)
  expect([days[0]!.from, days.at(-1)!.until]).toEqual([from, until])
  for (const [i, day] of days.slice(1).entries()) expect(day.from).toBe(days[i]!.until)

  const sums = sumsByDay(days)
  const spans: Span[] = []
  let seed = 7
  const below = (most: number) => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed % most
  }
  for (let monitor = 0; monitor < 40; monitor++)
    for (let at = from; at < until; ) {
      const status = intervalStatuses[below(intervalStatuses.length)]!
      const over = Math.min(until, at + (below(3) === 0 ? below(150 * HOUR) : below(9 * HOUR)))
      spans.push({ status, from: at, until: over })
      sums.add(status, at, over)
      at = over + below(HOUR)
    }
  const found = sums.done()
  for (const [i, day] of days.entries()) {
    const expected = secondsIn(spans, day.from, day.until)
    for (const status of intervalStatuses) expect(found[i]![status]).toBeCloseTo(expected[status], 3)
  }
})
