import type { Monitor, ResponseTimes } from '@/types'
import type { ChartPoint } from '@/ui/chart-data'
import type { PhasePoint } from '@/ui/phase-data'

const nothing = (at: string): ChartPoint => ({ at, p50_ms: null, p95_ms: null, p99_ms: null })

/**
 * What the chart draws. Buckets without an answer are left out, so that a monitor with a long interval still makes a
 * line; `step_s` is what counts as neighbours. The chart begins with the range or with the monitor, whichever is later,
 * and ends now: how long there has been no answer is the point.
 */
export function pointsOf(
  { buckets, bucket_s }: Pick<ResponseTimes, 'buckets' | 'bucket_s'>,
  { interval, created_at }: Pick<Monitor, 'interval' | 'created_at'>,
  now: number,
): { points: ChartPoint[]; step_s: number } {
  const step_s = Math.max(bucket_s, interval)
  const points: ChartPoint[] = buckets.filter(({ p50_ms }) => p50_ms !== null)
  const [first] = buckets
  const last = points.at(-1)
  if (!first || !last) return { points: [], step_s }
  const begin = Math.max(Date.parse(first.at), Date.parse(created_at))
  if (begin < Date.parse(points[0]?.at ?? last.at)) points.unshift(nothing(new Date(begin).toISOString()))
  if (now > Date.parse(last.at)) points.push(nothing(new Date(now).toISOString()))
  return { points, step_s }
}

/** The same for the phases: only buckets in which something was measured, joined while they are neighbours. */
export function phasesOf(
  { buckets, bucket_s }: Pick<ResponseTimes, 'buckets' | 'bucket_s'>,
  interval: number,
): { points: PhasePoint[]; step_s: number } {
  const points = buckets.flatMap(({ at, phases }) => (phases && Object.keys(phases).length > 0 ? [{ at, phases }] : []))
  return { points, step_s: Math.max(bucket_s, interval) }
}
