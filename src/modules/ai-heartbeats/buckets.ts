import type { PastRun } from '#heartbeats/judge'

/** The value that this share of the values does not exceed, by nearest rank; exact, nothing is estimated. */
export function percentile(values: readonly number[], share: number): number | null {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null
}
const sum = (values: readonly number[]) => values.reduce((all, one) => all + one, 0)
/** Money that was added up: a tenth of a cent in a million is noise of binary fractions. */
export const money = (usd: number) => Number(usd.toFixed(9))

const told = (runs: readonly PastRun[], name: string) => runs.flatMap(({ numbers }) => numbers[name] ?? [])

/** What some runs took, used and reached, together. */
export function together(runs: readonly PastRun[]) {
  const latency = runs.flatMap(({ numbers, duration_ms }) => numbers.latency_ms ?? duration_ms ?? [])
  const quality = told(runs, 'quality_score')
  return {
    runs: runs.length,
    failed: runs.filter(({ status }) => status !== 'ok').length,
    latency_p50_ms: percentile(latency, 0.5),
    latency_p95_ms: percentile(latency, 0.95),
    cost_usd: money(sum(told(runs, 'cost_usd'))),
    input_tokens: sum(told(runs, 'input_tokens')),
    output_tokens: sum(told(runs, 'output_tokens')),
    quality: quality.length > 0 ? Number((sum(quality) / quality.length).toFixed(6)) : null,
  }
}
export type Together = ReturnType<typeof together>

/** Equally long pieces of the time from `from` until before `until`, each with the runs that ended in it. */
export function bucketsOf(
  runs: readonly PastRun[],
  { from, until, points }: { from: number; until: number; points: number },
) {
  const width = Math.max(1, Math.ceil((until - from) / points))
  const count = Math.ceil((until - from) / width)
  const pieces = Array.from({ length: count }, (): PastRun[] => [])
  for (const run of runs) pieces[Math.floor((run.ended_at - from) / width)]?.push(run)
  return { bucket_ms: width, buckets: pieces.map((piece, i) => ({ at: from + i * width, ...together(piece) })) }
}
