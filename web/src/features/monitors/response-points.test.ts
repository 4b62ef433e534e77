import { expect, test } from 'bun:test'
import type { ResponseBucket } from '@/types'
import { phasesOf, pointsOf } from './response-points'

const START = Date.parse('2026-01-01T00:00:00Z')
const at = (minute: number) => new Date(START + minute * 60_000).toISOString()
const bucket = (minute: number, ms: number | null): ResponseBucket => ({
  at: at(minute),
  count: ms === null ? 0 : 1,
  p50_ms: ms,
  p95_ms: ms,
  p99_ms: ms,
  min_ms: ms,
  max_ms: ms,
  avg_ms: ms,
})
const hour = (answered: (minute: number) => boolean) =>
  Array.from({ length: 60 }, (_, minute) => bucket(minute, answered(minute) ? 100 : null))
const old = { interval: 60, created_at: at(-1000) }
const now = START + 60 * 60_000

test('a monitor that is checked less often than the chart has buckets still makes a line', () => {
  const buckets = hour((minute) => minute % 5 === 0)
  const { points, step_s } = pointsOf({ buckets, bucket_s: 60 }, { ...old, interval: 300 }, now)
  expect(step_s).toBe(300)
  expect(points.map((point) => point.at)).toEqual(Array.from({ length: 13 }, (_, i) => at(i * 5)))
})

test('the chart ends now when nothing has answered for a while', () => {
  const { points } = pointsOf({ buckets: hour((minute) => minute < 30), bucket_s: 60 }, old, now)
  expect(points.at(-1)).toMatchObject({ at: at(60), p50_ms: null })
})

test('a new monitor fills the chart, an old one shows the silence at its beginning', () => {
  const buckets = hour((minute) => minute >= 50)
  const young = { interval: 60, created_at: at(50) }
  expect(pointsOf({ buckets, bucket_s: 60 }, young, now).points[0]).toMatchObject({ at: at(50), p50_ms: 100 })
  expect(pointsOf({ buckets, bucket_s: 60 }, old, now).points[0]).toMatchObject({ at: at(0), p50_ms: null })
})

test('a single answer has a time around it', () => {
  const { points } = pointsOf(
    { buckets: hour((minute) => minute === 55), bucket_s: 60 },
    { interval: 60, created_at: at(54) },
    now,
  )
  expect(points.map((point) => point.at)).toEqual([at(54), at(55), at(60)])
})

test('no answer at all draws nothing', () => {
  expect(pointsOf({ buckets: hour(() => false), bucket_s: 60 }, old, now).points).toEqual([])
  expect(pointsOf({ buckets: [], bucket_s: 60 }, old, now).points).toEqual([])
})

test('phases are drawn over the same time as the response times above them', () => {
  const buckets = hour((minute) => minute % 5 === 0).map((one) =>
    one.p50_ms === null ? one : { ...one, phases: { connect_ms: 5 } },
  )
  const monitor = { ...old, interval: 300 }
  const { points, step_s } = phasesOf({ buckets, bucket_s: 60 }, monitor, now)
  expect(step_s).toBe(300)
  expect(points.map((point) => point.at)).toEqual(
    pointsOf({ buckets, bucket_s: 60 }, monitor, now).points.map((point) => point.at),
  )
  expect(points.at(-1)).toEqual({ at: at(60), phases: undefined })
  expect(phasesOf({ buckets: hour(() => true), bucket_s: 60 }, old, now).points).toEqual([])
})
