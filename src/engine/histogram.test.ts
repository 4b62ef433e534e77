import { expect, test } from 'bun:test'
import { add, addPacked, average, newHistogram, pack, percentile } from '#engine/histogram'

const filled = (values: number[]) => {
  const histogram = newHistogram()
  for (const value of values) add(histogram, value)
  return histogram
}
const exact = (values: number[], share: number) =>
  values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1]!

const values = Array.from({ length: 5_000 }, (_, i) => 5 + 400 * ((i * 0.754877) % 1) ** 3)

test.each([0.5, 0.95, 0.99])('the share %d is right within 2.1 %%', (share) => {
  const truth = exact(values, share)
  expect(Math.abs(percentile(filled(values), share)! - truth) / truth).toBeLessThan(0.021)
})

test('hours add up to a day without losing a percentile', () => {
  const day = newHistogram()
  for (let hour = 0; hour < 10; hour++) addPacked(day, pack(filled(values.slice(hour * 500, hour * 500 + 500))))
  const whole = filled(values)
  expect([...day.counts]).toEqual([...whole.counts])
  expect(percentile(day, 0.95)).toBe(percentile(whole, 0.95))
  expect(average(day)!).toBeCloseTo(average(whole)!, 0)
})

test('an hour of checks takes less than 100 bytes', () => {
  expect(pack(filled(values.slice(0, 60).map((ms) => 20 + ms / 10))).length).toBeLessThan(100)
})

test('one answer is its own median, extremes stay within what was seen, nothing has none', () => {
  expect(percentile(filled([123.4]), 0.5)).toBe(123.4)
  expect(percentile(filled([0.01, 600_000]), 1)! / 600_000).toBeCloseTo(1, 1)
  expect(percentile(newHistogram(), 0.5)).toBeNull()
  expect(pack(newHistogram()).length).toBe(0)
})
