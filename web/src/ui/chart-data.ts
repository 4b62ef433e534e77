/** One point of the chart; empty buckets carry nulls and are drawn as gaps. */
export type ChartPoint = { at: string; p50_ms: number | null; p95_ms: number | null; p99_ms: number | null }
export type ChartShade = { from: string; until: string | null; kind: 'down' | 'degraded' | 'maintenance' }

/**
 * Where to cut the peaks: a short outage must not flatten a week of detail. Undefined when nothing sticks out.
 * 1.35 times the 98th percentile keeps everything ordinary in sight.
 */
export function ceilingOf(points: readonly ChartPoint[]): number | undefined {
  const sorted = points.flatMap(({ p99_ms }) => (p99_ms == null ? [] : [p99_ms])).sort((a, b) => a - b)
  const top = sorted.at(-1)
  const usual = sorted[Math.floor(sorted.length * 0.98)]
  if (top === undefined || usual === undefined || sorted.length < 20) return
  const cut = usual * 1.35
  if (top <= cut * 1.25) return
  const grain = cut > 400 ? 100 : cut > 40 ? 10 : 1
  return Math.ceil(cut / grain) * grain
}

/** Columns for the chart. A hole longer than a few buckets becomes a gap instead of a straight line across it. */
export function columnsOf(points: readonly ChartPoint[], bucket_s: number) {
  const at: number[] = []
  const p50: (number | null)[] = []
  const p95: (number | null)[] = []
  const p99: (number | null)[] = []
  const push = (time: number, point?: ChartPoint) => {
    at.push(time)
    p50.push(point?.p50_ms ?? null)
    p95.push(point?.p95_ms ?? null)
    p99.push(point?.p99_ms ?? null)
  }
  for (const point of points) {
    const time = Date.parse(point.at) / 1000
    const before = at.at(-1)
    if (before !== undefined && time - before > bucket_s * 3) push(before + bucket_s)
    push(time, point)
  }
  return { at, p50, p95, p99 }
}
