import { expect, test } from 'bun:test'
import { column, columnsOf, heights, inSight, isEmpty } from './chart-columns'
import type { Bucket } from './types'

const nothing = { runs: 0, failed: 0, latency_p50_ms: null, latency_p95_ms: null, cost_usd: 0 }
const bucket = (at: string, more: Partial<Bucket> = {}): Bucket => ({
  ...{ ...nothing, input_tokens: 0, output_tokens: 0, quality: null, at },
  ...more,
})
const buckets = [bucket('1970-01-01T00:01:40.000Z', { runs: 2, cost_usd: 0.5 }), bucket('1970-01-01T00:03:20.000Z')]

test('a bucket is drawn at its middle, and the axis ends with the last one', () => {
  expect(columnsOf(buckets, 100_000)).toEqual({ starts: [100, 200], middles: [150, 250], span: [100, 300] })
})
test('layers stand on each other, and a missing one leaves those below as they are', () => {
  const layer = (values: (number | null)[]) => ({ title: '', colour: '', values })
  expect(heights([layer([1, 2, null]), layer([3, null, null])])).toEqual([
    [1, 2, null],
    [4, 2, null],
  ])
})
test('a bucket without runs has no value, which is not zero', () => {
  expect(column(buckets, ({ cost_usd }) => cost_usd)).toEqual([0.5, null])
  expect(isEmpty([{ title: '', colour: '', values: [null, null] }])).toBe(true)
  expect(isEmpty([{ title: '', colour: '', values: [null, 0] }])).toBe(false)
})
test('a limit is drawn only where it does not flatten the rest', () => {
  expect([inSight(10, 9), inSight(10, 4), inSight(10, 3), inSight(undefined, 9)]).toEqual([true, true, false, false])
})
