import type { Run } from '#heartbeats/define'
import type { Measure, PastRun } from '#heartbeats/learn-model'

type Measured = Pick<PastRun | Run, 'numbers' | 'duration_ms'>

/** A number of a run, if it told one. */
export function measureOf(measure: Measure, { numbers, duration_ms }: Measured): number | undefined {
  const { latency_ms, cost_usd, input_tokens, output_tokens, output_bytes, quality_score } = numbers
  if (measure === 'latency') return latency_ms ?? duration_ms ?? undefined
  if (measure === 'cost') return cost_usd
  if (measure === 'output') return output_bytes
  if (measure === 'quality') return quality_score
  return input_tokens === undefined && output_tokens === undefined
    ? undefined
    : (input_tokens ?? 0) + (output_tokens ?? 0)
}

/**
 * On which scale a measure is steady: ratios count for what can be any size, differences for quality. `steps`: shifts that
 * are looked for, the least of them being the least that is worth a message; `width`: of a class of `tails`.
 */
export type Scale = {
  to: (value: number) => number
  from: (scaled: number) => number
  least_spread: number
  steps: number[]
  /** How wide a shift is looked for: one between two steps is found by either. */
  reach: number
  width: number
  /** Wild runs lie beyond this: where any were seen, it takes three of them to be a shift. */
  wild: number
  /** One run as far as this is news by itself. */
  far: number
}
const ratios: Scale = {
  to: (value) => Math.log(Math.max(value, 1e-9)),
  from: Math.exp,
  least_spread: 0.1,
  steps: [1.5, 2, 3, 5, 10].map(Math.log),
  reach: 0.2,
  width: Math.LN2,
  wild: Math.log(3),
  far: Math.log(100),
}
const differences: Scale = {
  to: (value) => value,
  from: (scaled) => scaled,
  least_spread: 0.02,
  steps: [0.1, 0.2, 0.4],
  reach: 0.05,
  width: 0.1,
  // Quality has a floor: one bad answer is never news by itself.
  wild: 0.3,
  far: Number.POSITIVE_INFINITY,
}
export const scaleOf = (measure: Measure): Scale => (measure === 'quality' ? differences : ratios)

/** In which direction a shift is bad: dearer and slower, worse, and of the output either. */
export const badSigns: Record<Measure, readonly (1 | -1)[]> = {
  ...{ latency: [1], cost: [1], tokens: [1], output: [1, -1], quality: [-1] },
}
