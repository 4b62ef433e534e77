import { expect, test } from 'bun:test'
import { type ChartPoint, ceilingOf, columnsOf } from './chart-data'

const point = (minute: number, value: number | null): ChartPoint => ({
  at: new Date(Date.UTC(2026, 10, 23, 0, minute)).toISOString(),
  p50_ms: value,
  p95_ms: value,
  p99_ms: value,
})
const calm = Array.from({ length: 200 }, (_, i) => point(i, 180 + (i % 20)))

test('one outage does not flatten the rest of the chart', () => {
  const ceiling = ceilingOf([...calm, point(201, 9000)])
  expect(ceiling).toBeGreaterThan(199)
  expect(ceiling).toBeLessThan(400)
})

test('a calm chart is not clipped, nor is one with hardly any points', () => {
  expect(ceilingOf(calm)).toBeUndefined()
  expect(ceilingOf([point(0, 20), point(1, 9000)])).toBeUndefined()
  expect(ceilingOf([])).toBeUndefined()
})

test('a hole in the data is a gap, not a line across it', () => {
  const { at, p50 } = columnsOf([point(0, 100), point(1, 110), point(30, 120)], 60)
  expect(p50).toEqual([100, 110, null, 120])
  expect(at.every((time, i) => i === 0 || time > (at[i - 1] ?? 0))).toBe(true)
})
