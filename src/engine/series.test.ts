import { expect, test } from 'bun:test'
import { numberOf, regionOf, seriesOf } from '#engine/series'

test.each([
  [1, 0],
  [1, 1],
  [2 ** 32 - 1, 0],
  [2 ** 32 - 1, 2 ** 20],
])('monitor %p in region %p has a series of its own, which tells both', (number, region) => {
  const series = seriesOf(number, region)
  expect(Number.isSafeInteger(series)).toBe(true)
  expect([numberOf(series), regionOf(series)]).toEqual([number, region])
})

test('seen from here a monitor keeps the history it had before there were regions', () => {
  expect(seriesOf(17, 0)).toBe(17)
})
