import type { Monitor, ResponseTimes } from '@/types'
import type { ChartPoint } from '@/ui/chart-data'
import type { PhasePoint } from '@/ui/phase-data'

const nothing = (at: string): ChartPoint => ({ at, p50_ms: null, p95_ms: null, p99_ms: null })

/**
 * What the chart draws. Buckets without an answer are left out, so that a monitor with a long interval still makes a
 * line; `step_s` is what counts as neighbours. The chart begins with the range or with the monitor, whichever is later,
 * and ends now: how long there has been no answer is the point.
 */
function framed<P extends { at: string }>(
  points: P[],
  { buckets, bucket_s }: Times,
  { interval, created_at }: About,
  now: number,
  blank: (at: string) => P,
): { points: P[]; step_s: number } {
  const step_s = Math.max(bucket_s, interval)
  const [first] = buckets
  const last = points.at(-1)
  if (!first || !last) return { points: [], step_s }
  const begin = Math.max(Date.parse(first.at), Date.parse(created_at))
  const head = begin < Date.parse(points[0]?.at ?? last.at) ? [blank(new Date(begin).toISOString())] : []
  const tail = now > Date.parse(last.at) ? [blank(new Date(now).toISOString())] : []
  return { points: [...head, ...points, ...tail], step_s }
}

type Times = Pick<ResponseTimes, 'buckets' | 'bucket_s'>
type About = Pick<Monitor, 'interval' | 'created_at'>

export const pointsOf = (times: Times, monitor: About, now: number) => {
  const answered: ChartPoint[] = times.buckets.filter(({ p50_ms }) => p50_ms !== null)
  return framed(answered, times, monitor, now, nothing)
}

/** The same for the phases: only buckets in which something was measured. */
export const phasesOf = (times: Times, monitor: About, now: number) => {
  const measured = times.buckets.flatMap(({ at, phases }): PhasePoint[] =>
    phases && Object.keys(phases).length > 0 ? [{ at, phases }] : [],
  )
  return framed(measured, times, monitor, now, (at) => ({ at, phases: undefined }))
}
