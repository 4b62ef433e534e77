import { describe, expect, test } from 'bun:test'
import { bucketsOf, money, percentile, together } from './buckets'

const run = (ended_at: number, numbers: Record<string, number> = {}, more: object = {}) => ({
  ...{ status: 'ok' as const, began_at: null, ended_at, duration_ms: null, numbers },
  ...more,
})

describe('a percentile', () => {
  test('is a value that was measured, by nearest rank', () => {
    const values = [15, 20, 35, 40, 50]
    expect([0.05, 0.3, 0.4, 0.5, 0.95, 1].map((share) => percentile(values, share))).toEqual([15, 20, 20, 35, 50, 50])
    expect(percentile([7], 0.95)).toBe(7)
    expect(percentile([], 0.5)).toBeNull()
  })
  test('does not mind the order, and does not change it', () => {
    const values = [100, 9, 10]
    expect(percentile(values, 0.5)).toBe(10)
    expect(values).toEqual([100, 9, 10])
  })
})

describe('runs together', () => {
  test('are added up, and averaged where that makes sense', () => {
    const runs = [
      run(1, { latency_ms: 100, cost_usd: 0.1, input_tokens: 10, output_tokens: 1, quality_score: 0.5 }),
      run(2, { latency_ms: 300, cost_usd: 0.2, input_tokens: 20, output_tokens: 2, quality_score: 1 }),
      run(3, {}, { status: 'timeout', duration_ms: 200 }),
    ]
    expect(together(runs)).toEqual({
      ...{ runs: 3, failed: 1, latency_p50_ms: 200, latency_p95_ms: 300 },
      ...{ cost_usd: 0.3, input_tokens: 30, output_tokens: 3, quality: 0.75 },
    })
  })
  test('of none say nothing', () => {
    expect(together([])).toEqual({
      ...{ runs: 0, failed: 0, latency_p50_ms: null, latency_p95_ms: null },
      ...{ cost_usd: 0, input_tokens: 0, output_tokens: 0, quality: null },
    })
  })
  test('cost what they cost, without the noise of binary fractions', () => {
    expect(money(0.1 + 0.2)).toBe(0.3)
    expect(money(0.000000001)).toBe(0.000000001)
  })
})

describe('buckets', () => {
  test('are equally long and hold each run once', () => {
    const runs = [run(1_000), run(1_099), run(1_100), run(1_399)]
    const { bucket_ms, buckets } = bucketsOf(runs, { from: 1_000, until: 1_400, points: 4 })
    expect(bucket_ms).toBe(100)
    expect(buckets.map(({ at, runs }) => [at, runs])).toEqual([
      [1_000, 2],
      [1_100, 1],
      [1_200, 0],
      [1_300, 1],
    ])
  })
  test('are at most as many as asked for, also where the time does not divide', () => {
    const { buckets, bucket_ms } = bucketsOf([run(9)], { from: 0, until: 10, points: 3 })
    expect([bucket_ms, buckets.map(({ at, runs }) => [at, runs])]).toEqual([
      4,
      [
        [0, 0],
        [4, 0],
        [8, 1],
      ],
    ])
    expect(bucketsOf([], { from: 0, until: 3, points: 200 }).buckets.length).toBe(3)
  })
  test('leave out what ended elsewhere', () => {
    const { buckets } = bucketsOf([run(-1), run(10), run(500)], { from: 0, until: 10, points: 2 })
    expect(buckets.map(({ runs }) => runs)).toEqual([0, 0])
  })
})
